#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The report in a real browser: open it, follow links, sort and filter the table, look at it on a phone, in dark mode
and on paper. The browser is Chromium without a window."""
import html
import json
import pathlib
import re
import struct
import subprocess
import sys
import unittest
import zlib

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import stand  # noqa: E402
import webdriver  # noqa: E402

ENTER, TAB = '\ue007', '\ue004'
SIZES = (360, 768, 1280)

# The names in a column of the table, as they are seen, in order.
COLUMN = '''return Array.from(document.querySelectorAll("#function-table tbody tr"))
    .filter(row => row.getClientRects().length).map(row => row.cells[arguments[0]].textContent)'''
SORTED = 'return Array.from(document.querySelectorAll("#function-table th[aria-sort]"), ' \
         'head => [head.cellIndex, head.getAttribute("aria-sort")])'
# The least contrast of each visible text with what is behind it, by the formula of WCAG 2, and where it is.
CONTRAST = '''
    const channel = value => value <= 10.31475 ? value / 3294.6 : ((value / 255 + 0.055) / 1.055) ** 2.4;
    const numbers = color => color.match(/[\\d.]+/g).map(Number);
    const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
    function behind(node) {
        for (; node; node = node.parentElement) {
            const color = numbers(getComputedStyle(node).backgroundColor);
            if (color.length === 3 || color[3] === 1)
                return color;
        }
        return [255, 255, 255];
    }
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    let least = [99, "no text"], count = 0;
    while (walker.nextNode()) {
        const at = walker.currentNode.parentElement;
        if (!walker.currentNode.data.trim() || !at.getClientRects().length || at.closest("script, style, title, desc"))
            continue;
        const style = getComputedStyle(at);
        const text = light(numbers(at.closest("svg") ? style.fill : style.color)), ground = light(behind(at));
        const contrast = (Math.max(text, ground) + 0.05) / (Math.min(text, ground) + 0.05);
        count++;
        if (contrast < least[0])
            least = [contrast, at.outerHTML.slice(0, 120)];
    }
    return [...least, count];'''
OVERFLOW = '''
    const width = document.documentElement.clientWidth;
    const wide = Array.from(document.body.querySelectorAll("*"), each => [each, each.getBoundingClientRect()])
        .filter(([each, box]) => box.right > width + 0.5 && !each.closest(".scroll"));
    return [document.documentElement.scrollWidth - width, wide.map(([each]) => each.outerHTML.slice(0, 120))];'''


def pixels(png):
    """(width, height, the distinct colours) of a PNG with 8 bits a channel."""
    at, data, header = 8, b'', None
    while at < len(png):
        length, kind = struct.unpack('>I4s', png[at:at + 8])
        body = png[at + 8:at + 8 + length]
        if kind == b'IHDR':
            header = struct.unpack('>IIBBBBB', body)
        elif kind == b'IDAT':
            data += body
        at += 12 + length
    width, height, depth, colour, *_ = header
    if depth != 8 or colour not in (2, 6):
        raise ValueError(f'a PNG of {depth} bits and colour type {colour}')
    size = 3 if colour == 2 else 4
    return width, height, set(colours(zlib.decompress(data), width, height, size))


def colours(raw, width, height, size):
    """The first three channels of each pixel, with the filter of each row undone."""
    stride = width * size
    above = bytearray(stride)
    for row in range(height):
        kind, *line = raw[row * (stride + 1):(row + 1) * (stride + 1)]
        line = bytearray(line)
        for at in range(stride):
            left = line[at - size] if at >= size else 0
            corner = above[at - size] if at >= size else 0
            line[at] = (line[at] + predicted(kind, left, above[at], corner)) & 255
        yield from (bytes(line[at:at + 3]) for at in range(0, stride, size))
        above = line


def predicted(kind, left, above, corner):
    if kind == 4:
        near = left + above - corner
        return min((left, above, corner), key=lambda value: abs(near - value))
    return (0, left, above, (left + above) // 2)[kind]


class Page(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.stand = stand.Stand(cls, cleanup=cls.addClassCleanup)
        done = cls.stand.report()
        if done.returncode != 1 or not cls.stand.page.exists():
            raise AssertionError(f'ci/report ended with {done.returncode}: {done.stderr}')
        cls.browser = webdriver.Browser()
        cls.addClassCleanup(cls.browser.close)

    def setUp(self):
        self.browser.resize(1280)
        self.browser.prefer('light')
        self.browser.devtools('Emulation.setScriptExecutionDisabled', value=False)
        self.browser.open(pathlib.Path('/dev/null'))
        self.browser.open(self.stand.page)

    def test_title_names_product_and_version(self):
        self.assertRegex(self.browser.run('return document.title'), r'^Ironring \d+\.\d+\.\d+: assurance report$')

    def test_nothing_is_loaded_from_elsewhere_and_nothing_is_complained_of(self):
        self.browser.log('performance')
        self.browser.open(self.stand.page)
        self.browser.run('return document.readyState')
        asked = [entry['params']['request']['url'] for entry in map(self.message, self.browser.log('performance'))
                 if entry['method'] == 'Network.requestWillBeSent']
        self.assertEqual([url for url in asked if not url.startswith('data:')], [self.stand.page.as_uri()])
        self.assertEqual(self.browser.log('browser'), [])

    @staticmethod
    def message(entry):
        return json.loads(entry['message'])['message']

    def test_markup_in_the_evidence_is_only_text(self):
        self.assertTrue(self.browser.run('return window.evil === undefined'))
        self.assertEqual(self.browser.run('return document.scripts.length'), 1)
        self.assertIn('<script>window.evil = 1</script>', self.browser.run('return document.body.textContent'))

    def test_each_link_leads_somewhere_and_no_name_is_used_twice(self):
        dead = self.browser.run('''return Array.from(document.querySelectorAll("a"), a => a.getAttribute("href"))
            .filter(href => href[0] !== "#" || !document.getElementById(decodeURIComponent(href.slice(1))))''')
        self.assertEqual(dead, [])
        ids = self.browser.run('return Array.from(document.querySelectorAll("[id]"), each => each.id)')
        self.assertEqual(len(ids), len(set(ids)))

    def test_link_of_a_function_leads_to_its_details_and_opens_them(self):
        self.browser.click('#function-table tbody a[href="#src-ixgbe-rx-c-rx-lend"]')
        opened, top, text = self.browser.run('''
            const at = document.querySelector(location.hash);
            return [at.open, at.getBoundingClientRect().top, at.innerText];''')
        self.assertTrue(opened)
        self.assertTrue(0 <= top < 800, top)
        self.assertIn('ir_dma_store_address', text)
        self.assertIn('descriptor is not zeroed on refill', text)

    def test_link_to_a_wrong_version_opens_the_details_around_it(self):
        self.browser.open(self.stand.page, '#mutant-length_is_fetched_twice')
        self.assertTrue(self.browser.run('return document.getElementById("src-ixgbe-rx-c-rx-take").open'))

    def test_click_sorts_numbers_from_the_largest_and_again_from_the_smallest(self):
        goals = ['204/205', '119', '93', '65', '59', '55', '34', '26', '4', 'none', 'none']
        before = self.browser.run(COLUMN, 2)
        self.assertNotEqual(before, goals)
        self.assertEqual(sorted(before), sorted(goals))
        self.browser.click('#function-table th:nth-child(3) button')
        self.assertEqual(self.browser.run(SORTED), [[2, 'descending']])
        self.assertEqual(self.browser.run(COLUMN, 2), goals)
        self.browser.click('#function-table th:nth-child(3) button')
        self.assertEqual(self.browser.run(SORTED), [[2, 'ascending']])
        self.assertEqual(self.browser.run(COLUMN, 2), goals[::-1])

    def test_keys_sort_texts_in_alphabetical_order(self):
        self.browser.click('#function-table th:nth-child(3) button')
        names = self.browser.run(COLUMN, 0)
        self.assertNotEqual(names, sorted(names))
        self.browser.run('document.querySelector("#function-table th:nth-child(1) button").focus()')
        self.browser.press(ENTER)
        self.assertEqual(self.browser.run(COLUMN, 0), sorted(names))
        self.browser.press(TAB)
        self.browser.press(' ')
        self.assertEqual(self.browser.run(SORTED), [[1, 'ascending']])
        self.assertEqual(self.browser.run(COLUMN, 1)[0], '✗ failed')

    def test_filter_shows_the_rows_with_all_its_words(self):
        every = self.browser.run(COLUMN, 0)
        self.browser.type('#filter', 'rx.c PROVED')
        self.assertEqual(self.browser.run(COLUMN, 0), ['rx_lend'])
        self.assertEqual(self.browser.run('return document.getElementById("shown").textContent'), f'1 of {len(every)}')
        self.browser.run('''const field = document.getElementById("filter");
            field.value = "";
            field.dispatchEvent(new Event("input"));''')
        self.assertEqual(self.browser.run(COLUMN, 0), every)

    def test_all_is_there_without_scripts(self):
        with_scripts = self.browser.run('return document.querySelector("main").textContent')
        self.browser.devtools('Emulation.setScriptExecutionDisabled', value=True)
        self.browser.open(self.stand.page)
        answer = self.browser.devtools('DOM.getDocument')
        main = self.browser.devtools('DOM.querySelector', nodeId=answer['root']['nodeId'], selector='main')
        text = self.browser.devtools('DOM.getOuterHTML', nodeId=main['nodeId'])['outerHTML']
        self.assertNotIn('<button', text)
        self.assertEqual(html.unescape(re.sub(r'<[^>]*>', '', text)), with_scripts)
        field = self.browser.devtools('DOM.querySelector', nodeId=answer['root']['nodeId'], selector='.tools[hidden]')
        self.assertNotEqual(field['nodeId'], 0)

    def test_page_never_scrolls_sideways(self):
        for width in SIZES:
            self.browser.resize(width, phone=width < 500)
            self.browser.open(self.stand.page)
            self.browser.run('for (const each of document.querySelectorAll("details")) each.open = true;')
            with self.subTest(width=width):
                self.assertEqual(self.browser.run(OVERFLOW), [0, []])

    def test_wide_table_scrolls_in_its_own_place_on_a_phone(self):
        self.browser.resize(360, phone=True)
        self.browser.open(self.stand.page)
        inside, outside = self.browser.run('''const place = document.getElementById("function-table").parentElement;
            return [place.scrollWidth, place.clientWidth];''')
        self.assertGreater(inside, outside)
        self.assertLessEqual(outside, 360)

    def test_text_has_contrast_in_both_schemes_and_the_schemes_differ(self):
        pages = {}
        for scheme in ('light', 'dark'):
            self.browser.prefer(scheme)
            self.browser.run('for (const each of document.querySelectorAll("details")) each.open = true;')
            contrast, where, count = self.browser.run(CONTRAST)
            with self.subTest(scheme=scheme):
                self.assertGreater(count, 300)
                self.assertGreaterEqual(contrast, 4.5, where)
            pages[scheme] = self.browser.run('return getComputedStyle(document.body).backgroundColor')
        self.assertEqual(pages, {'light': 'rgb(255, 255, 255)', 'dark': 'rgb(20, 23, 27)'})

    def test_marks_of_the_pictures_stand_out_in_both_schemes(self):
        for scheme in ('light', 'dark'):
            self.browser.prefer(scheme)
            seen = {colour for each in ('goals', 'coverage', 'fuzzing') for colour in self.picture(each)}
            with self.subTest(scheme=scheme):
                for name in ('safety', 'calls', 'promises', 'ends', 'tests', 'corpora'):
                    colour = self.browser.run(
                        'return getComputedStyle(document.querySelector(".mark." + arguments[0])).fill', name)
                    wanted = bytes(int(part) for part in re.findall(r'\d+', colour))
                    self.assertIn(wanted, seen, f'{name} is not to be seen')

    def picture(self, name):
        """The colours of one of the pictures."""
        at = ('goals', 'coverage', 'fuzzing').index(name)
        box = self.browser.run('''
            const box = document.querySelectorAll("svg.picture")[arguments[0]].getBoundingClientRect();
            return [box.left, box.top + scrollY, box.width, box.height];''', at)
        width, height, found = pixels(self.browser.screenshot(**dict(zip(('x', 'y', 'width', 'height'), box))))
        self.assertGreater(min(width, height), 50)
        return found

    def test_picture_of_the_page_is_not_blank(self):
        width, height, found = pixels(self.browser.screenshot())
        self.assertEqual((width, height), (1280, 800))
        self.assertGreater(len(found), 50)

    def test_paper_has_pages_and_all_details(self):
        self.browser.devtools('Emulation.setEmulatedMedia', media='print')
        self.assertEqual(self.browser.run('return document.querySelectorAll("details[open]").length'), 0)
        hidden, shown = self.browser.run('''
            return [["nav", ".tools"].filter(each => document.querySelector(each).getClientRects().length),
                    document.querySelectorAll("details > ul").length > 0 &&
                    Array.from(document.querySelectorAll("details > ul")).every(each => each.checkVisibility())]''')
        self.browser.devtools('Emulation.setEmulatedMedia', media='')
        self.assertEqual(hidden, [])
        self.assertTrue(shown)
        paper = self.browser.print()
        self.assertTrue(paper.startswith(b'%PDF-'))
        self.assertGreater(paper.count(b'/Type /Page\n'), 4)
        self.assertGreater(self.browser.run('return document.querySelectorAll("details[open]").length'), 10)


    def test_head_of_the_table_is_on_each_page_of_it(self):
        rows = self.browser.run('''
            const body = document.querySelector("#function-table tbody");
            const rows = Array.from(body.rows);
            for (let copies = 0; copies < 15; copies++)
                body.append(...rows.map(row => row.cloneNode(true)));
            return body.rows.length;''')
        self.assertGreater(rows, 100)
        done = subprocess.run(['pdftotext', '-layout', '-', '-'], input=self.browser.print(), check=True,
                              stdout=subprocess.PIPE)
        pages = [page for page in done.stdout.decode().split('\f')
                 if re.search(r'^ixgbe_wait_until .* src/ixgbe/access.c', page, re.MULTILINE)]
        self.assertGreater(len(pages), 1)
        for page in pages:
            self.assertRegex(page, r'(?m)^ *Function +Proof +Goals .* File$')


if __name__ == '__main__':
    unittest.main(argv=[sys.argv[0], *(sys.argv[1:] or ['-v'])])
