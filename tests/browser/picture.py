"""Shoots docs/images/*.png: the simulated company plays every surface in headless Chromium (``make pictures``).

``.venv/bin/python -m tests.browser.picture status home`` plays these scenes alone.
"""

from __future__ import annotations

import sys
import traceback

from playwright.sync_api import expect, sync_playwright

from tests.browser.conftest import chromium
from tests.browser.scenes import SCENES
from tests.browser.stage import IMAGES, MOST, PATIENCE_MS, set_up


def main(names: list[str]) -> int:
    """Play these scenes, or all; what did not come off, and which picture is too large, is told at the end."""
    expect.set_options(timeout=PATIENCE_MS)
    failed = [name for name in names if name not in SCENES]
    with sync_playwright() as playwright:
        browser = chromium(playwright)
        for name in [n for n in names or SCENES if n in SCENES]:
            scene = SCENES[name]
            print(f"{name} ...", flush=True)
            try:
                with set_up(browser, scene.at, scene.change, **scene.world) as stage:
                    scene.play(stage)
            except Exception:  # noqa: BLE001 - the other scenes are played all the same
                traceback.print_exc()
                failed.append(name)
        browser.close()
    heavy = [file.name for file in sorted(IMAGES.glob("*.png")) if file.stat().st_size > MOST]
    if failed or heavy:
        print(f"Did not come off: {', '.join(failed) or 'none'}")
        print(f"Larger than {MOST} bytes: {', '.join(heavy) or 'none'}")
    return 1 if failed or heavy else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
