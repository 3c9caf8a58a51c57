# SPDX-License-Identifier: MIT
"""Chromium without a window, driven through chromedriver by the W3C WebDriver protocol; the standard library is
enough for that. What the protocol has no command for goes through Chromium's own DevTools."""
import base64
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

ELEMENT = 'element-6066-11e4-a52e-4f735466cecf'  # the key that marks an element in an answer
ARGUMENTS = ['--headless=new', '--disable-dev-shm-usage', '--disable-gpu', '--hide-scrollbars', '--no-first-run']
STARTED = re.compile(r'started successfully on port (\d+)')


class Refused(Exception):
    """The browser did not do what it was told; the text says why."""


class Browser:
    """A session of its own, with its own profile; use it with `with`."""

    def __init__(self):
        missing = [name for name in ('chromium', 'chromedriver') if not shutil.which(name)]
        if missing:
            raise Refused(f'{" and ".join(missing)} not found; install the packages chromium and chromium-driver')
        self.folder = tempfile.TemporaryDirectory()
        # Port 0: the driver chooses one that is free, and says which.
        self.driver = subprocess.Popen(['chromedriver', '--port=0'], stdin=subprocess.DEVNULL, text=True,
                                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.session = None
        try:
            self.address = f'http://127.0.0.1:{self._port()}'
            # Chromium's sandbox does not work for root.
            arguments = ARGUMENTS + [f'--user-data-dir={self.folder.name}'] + \
                (['--no-sandbox'] if os.geteuid() == 0 else [])
            wanted = {'browserName': 'chrome', 'goog:chromeOptions': {'args': arguments,
                                                                      'binary': shutil.which('chromium')},
                      'goog:loggingPrefs': {'browser': 'ALL', 'performance': 'ALL'}}
            self.session = self._ask('POST', '/session', {'capabilities': {'alwaysMatch': wanted}})['sessionId']
        except BaseException:
            self.close()
            raise

    def _port(self):
        for line in self.driver.stdout:
            found = STARTED.search(line)
            if found:
                return int(found.group(1))
        raise Refused('chromedriver ended before it listened')

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        try:
            if self.session:
                self._ask('DELETE', f'/session/{self.session}')
        finally:
            self.driver.terminate()
            self.driver.wait()
            self.driver.stdout.close()
            self._remove_profile()

    def _remove_profile(self):
        """Chromium's last processes may still write to it for a moment."""
        for _ in range(50):
            try:
                self.folder.cleanup()
                return
            except OSError:
                time.sleep(0.1)
        self.folder.cleanup()

    def _ask(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.address + path, data, {'Content-Type': 'application/json'},
                                         method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)['value']
        except urllib.error.HTTPError as error:
            raise Refused(json.load(error)['value']['message'].splitlines()[0]) from error

    def tell(self, method, path, body=None):
        return self._ask(method, f'/session/{self.session}{path}', body)

    def devtools(self, command, **parameters):
        return self.tell('POST', '/goog/cdp/execute', {'cmd': command, 'params': parameters})

    def open(self, path, anchor=''):
        self.tell('POST', '/url', {'url': path.as_uri() + anchor})

    def run(self, script, *arguments):
        """What a function body returns in the page."""
        return self.tell('POST', '/execute/sync', {'script': script, 'args': list(arguments)})

    def find(self, selector):
        return self.tell('POST', '/element', {'using': 'css selector', 'value': selector})[ELEMENT]

    def click(self, selector):
        self.tell('POST', f'/element/{self.find(selector)}/click', {})

    def type(self, selector, text):
        self.tell('POST', f'/element/{self.find(selector)}/value', {'text': text})

    def press(self, key):
        """A key for whatever has the focus."""
        self.tell('POST', '/actions', {'actions': [{'type': 'key', 'id': 'keys', 'actions': [
            {'type': 'keyDown', 'value': key}, {'type': 'keyUp', 'value': key}]}]})

    def log(self, kind):
        return self.tell('POST', '/se/log', {'type': kind})

    def resize(self, width, height=800, phone=False):
        self.devtools('Emulation.setDeviceMetricsOverride', width=width, height=height,
                      deviceScaleFactor=2 if phone else 1, mobile=phone)

    def prefer(self, scheme):
        """light or dark."""
        self.devtools('Emulation.setEmulatedMedia', features=[{'name': 'prefers-color-scheme', 'value': scheme}])

    def screenshot(self, **clip):
        """A PNG of what is seen; with x, y, width and height of that part of the page."""
        more = {'clip': {**clip, 'scale': 1}, 'captureBeyondViewport': True} if clip else {}
        return base64.b64decode(self.devtools('Page.captureScreenshot', format='png', **more)['data'])

    def print(self):
        """A PDF of the page on A4."""
        return base64.b64decode(self.devtools('Page.printToPDF', paperWidth=8.27, paperHeight=11.69,
                                              preferCSSPageSize=True)['data'])
