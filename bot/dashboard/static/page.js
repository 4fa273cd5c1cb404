// Small comforts; every page works without: live pages are read again now and then, a form is sent once, and the server
// learns in which zone whoever holds the host reads times.
'use strict';

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
document.cookie = `pm-zone=${zone}; path=/dashboard; max-age=31536000; samesite=lax${location.protocol === 'https:' ? '; secure' : ''}`;

const busy = main => main.contains(document.activeElement) && document.activeElement !== main;

let read = new Date();

function tellOld(main) {
  const told = document.getElementById('old') ?? Object.assign(document.createElement('p'), { id: 'old', className: 'notice bad' });
  told.setAttribute('role', 'status');
  told.textContent = `Not read since ${read.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })}. Reload the page to see why.`;
  if (!told.isConnected) main.prepend(told);
}

async function again(main) {
  if (document.hidden || busy(main) || main.querySelector('details[open]')) return;
  const headers = { Accept: 'text/html', 'X-PM-Live': '1' };
  const text = await fetch(location.href, { redirect: 'manual', headers }).then(answer => (answer.ok ? answer.text() : null)).catch(() => null);
  const fresh = text === null ? null : new DOMParser().parseFromString(text, 'text/html').getElementById('main');
  if (!fresh) { tellOld(main); return; }
  read = new Date();
  if (busy(main)) return;
  if (fresh.innerHTML !== main.innerHTML) main.replaceChildren(...fresh.childNodes);
}

const main = document.getElementById('main');
const pause = Number(main?.dataset.live);
if (pause) setInterval(() => again(main), pause * 1000);
for (const form of document.forms) {
  form.addEventListener('submit', () => { for (const button of form.querySelectorAll('button')) button.disabled = true; });
}
window.addEventListener('pageshow', () => { for (const button of document.querySelectorAll('button')) button.disabled = false; });
