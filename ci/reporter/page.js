// SPDX-License-Identifier: MIT
// Sorts and filters the table of functions, and opens what a link or the printer wants to show. Everything is
// there and readable without it.
'use strict';
(() => {
    const table = document.getElementById('function-table');
    const rows = table ? Array.from(table.tBodies[0].rows) : [];

    // Numbers begin with the largest, texts with the first.
    function sort(column, head) {
        const numbers = head.dataset.sort === 'number';
        const first = numbers ? 'descending' : 'ascending';
        const second = numbers ? 'ascending' : 'descending';
        const order = head.getAttribute('aria-sort') === first ? second : first;
        const sign = order === 'ascending' ? 1 : -1;
        const value = row => row.cells[column].dataset.value;

        for (const other of table.tHead.rows[0].cells)
            other.removeAttribute('aria-sort');
        head.setAttribute('aria-sort', order);
        rows.sort((a, b) => sign * (numbers ? value(a) - value(b) : value(a).localeCompare(value(b), 'en')));
        table.tBodies[0].append(...rows);
    }

    function filter(text) {
        const words = text.toLowerCase().split(/\s+/).filter(word => word);
        let shown = 0;

        for (const row of rows) {
            const all = row.textContent.toLowerCase();
            row.hidden = !words.every(word => all.includes(word));
            shown += !row.hidden;
        }
        document.getElementById('shown').textContent = words.length ? `${shown} of ${rows.length}` : '';
    }

    function open() {
        let at = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));

        for (let outer = at; outer; outer = outer.parentElement)
            if (outer.tagName === 'DETAILS')
                outer.open = true;
        if (at)
            at.scrollIntoView();
    }

    if (table) {
        Array.from(table.tHead.rows[0].cells).forEach((head, column) => {
            const button = document.createElement('button');
            button.type = 'button';
            button.append(...head.childNodes);
            button.addEventListener('click', () => sort(column, head));
            head.append(button);
        });
        const field = document.getElementById('filter');
        field.closest('.tools').hidden = false;
        field.addEventListener('input', () => filter(field.value));
        filter(field.value);
    }
    window.addEventListener('hashchange', open);
    window.addEventListener('beforeprint', () => {
        for (const details of document.querySelectorAll('details'))
            details.open = true;
    });
    open();
})();
