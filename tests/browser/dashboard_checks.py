"""What a page must be for everybody: readable colours, named controls, one heading first, nothing cut off."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

FAULTS = """() => {
  const faults = [];
  const say = (what, element) => faults.push(`${what}: ${element.outerHTML.slice(0, 90)}`);
  const shown = element => element.getClientRects().length && getComputedStyle(element).visibility !== 'hidden';
  if (document.documentElement.scrollWidth > innerWidth) faults.push(`${document.documentElement.scrollWidth} wide`);
  if (document.querySelectorAll('h1').length !== 1) faults.push('not one h1');
  let level = 1;
  for (const heading of document.querySelectorAll('main :is(h1, h2, h3)')) {
    if (+heading.tagName[1] > level + 1) say('a level of headings is skipped', heading);
    level = +heading.tagName[1];
  }
  if (document.querySelectorAll('main').length !== 1) faults.push('not one main');
  const name = element => element.getAttribute('aria-label') || element.textContent.trim();
  for (const control of document.querySelectorAll('a, button, summary, [role=region]')) {
    if (!name(control)) say('no name', control);
  }
  for (const table of document.querySelectorAll('table')) {
    if (!table.caption) say('no caption', table);
    for (const head of table.querySelectorAll('th')) if (!head.scope) say('no scope', head);
  }
  for (const picture of document.querySelectorAll('svg')) if (!picture.querySelector('title')) say('no title', picture);
  const ids = [...document.querySelectorAll('[id]')].map(element => element.id);
  for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) faults.push(`two ids ${id}`);
  const channel = value => { const c = value / 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; };
  const colour = text => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const behind = element => {
    for (let at = element; at; at = at.parentElement) {
      const found = colour(getComputedStyle(at).backgroundColor);
      if (found.length < 4 || found[3] === 1) return found;
    }
    return [255, 255, 255];
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = walker.nextNode(); text; text = walker.nextNode()) {
    const element = text.parentElement;
    if (!text.data.trim() || !shown(element) || element.closest('svg, script, .skip')) continue;
    const [a, b] = [light(colour(getComputedStyle(element).color)), light(behind(element))].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) say(`contrast ${((a + 0.05) / (b + 0.05)).toFixed(1)}`, element);
  }
  if (innerWidth < 500) for (const control of document.querySelectorAll('button, .to-menu, nav li a')) {
    if (shown(control) && control.getBoundingClientRect().height < 32) say('too small for a thumb', control);
  }
  return faults;
}"""

WEIGHT = """() => {
  const all = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
  return {
    requests: all.length,
    bytes: all.reduce((sum, each) => sum + (each.transferSize || each.encodedBodySize), 0),
    paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? -1,
    shift: window.shifted ?? 0,
  };
}"""

WATCH = """window.shifted = 0;
new PerformanceObserver(list => { for (const each of list.getEntries()) window.shifted += each.value; })
  .observe({ type: 'layout-shift', buffered: true });"""
"""Put in before a page loads: how far things have moved under people's eyes."""


def faults(page: Page) -> list[str]:
    """Everything found wrong with the page as it stands."""
    return list(page.evaluate(FAULTS))


def weight(page: Page) -> dict[str, Any]:
    """What the page took: requests, bytes, milliseconds to the first paint, and how much has moved."""
    return dict(page.evaluate(WEIGHT))
