/*
 * Text pasted from Word and LibreOffice into rich text keeps headings, lists, links; its tables become blocks of their own.
 *
 * Draftail drops headings of levels that it does not offer, knows no list that Word writes as paragraphs, and makes a paragraph
 * of each cell of a table. What is pasted is rewritten into what the editor takes, and pasted again in its place.
 */
(() => {
  const OFFERED = ['h3', 'h4']; // the levels inside a text; the highest one that is pasted becomes the first
  const OWN = /data-(draftjs|editor|offset-key)/; // copied inside the editor, which knows best
  const FOREIGN = /<(h[1-6]|table)[\s>]|mso-list/i;

  const replaceTag = (element, name) => {
    const other = document.createElement(name);
    other.append(...element.childNodes);
    element.replaceWith(other);
  };

  const headings = (root) => {
    const found = [...root.querySelectorAll('h1, h2, h3, h4, h5, h6')];
    const levels = found.map((heading) => Number(heading.tagName[1]));
    const highest = Math.min(...levels);
    found.forEach((heading, i) => replaceTag(heading, OFFERED[levels[i] === highest ? 0 : 1]));
  };

  /** Word writes the items of a list as paragraphs that name their level, with the mark as text. */
  const wordLists = (root) => {
    let open = []; // the lists that are not closed yet, outermost first
    let previous = null;
    root.querySelectorAll('[style*="mso-list:"]').forEach((paragraph) => {
      const level = /mso-list:\s*l\d+\s+level(\d+)/.exec(paragraph.getAttribute('style'));
      if (!level) return;
      const mark = paragraph.querySelector('[style*="mso-list:Ignore" i], [style*="mso-list: Ignore" i]');
      const kind = /^\s*\(?[0-9a-z]{1,4}[.)]/i.test(mark ? mark.textContent : '') ? 'ol' : 'ul';
      mark?.remove();
      if (!previous || paragraph.previousElementSibling !== previous) open = [];
      open.length = Math.min(open.length, Number(level[1]));
      if (open.length && open.at(-1).tagName.toLowerCase() !== kind && open.length === Number(level[1])) open.pop();
      while (open.length < Number(level[1])) {
        const list = document.createElement(kind);
        if (open.length) (open.at(-1).lastElementChild || open.at(-1)).append(list);
        else paragraph.before(list);
        open.push(list);
      }
      const item = document.createElement('li');
      item.append(...paragraph.childNodes);
      open.at(-1).append(item);
      paragraph.remove();
      [previous] = open;
    });
  };

  const text = (element) => element.textContent.replace(/\s+/g, ' ').trim();

  /** Return the texts of a table, row by row, all rows equally long. */
  const cells = (table) => {
    const rows = [...table.rows].map((row) =>
      [...row.cells].flatMap((cell) => [text(cell), ...Array(Math.max(cell.colSpan - 1, 0)).fill('')]));
    const width = Math.max(0, ...rows.map((row) => row.length));
    return rows.filter((row) => row.some(Boolean)).map((row) => [...row, ...Array(width - row.length).fill('')]);
  };

  /** Return what was pasted in its order: `html` of texts and `rows` of tables. */
  const parts = (html) => {
    const root = new DOMParser().parseFromString(html, 'text/html').body;
    root.querySelectorAll('style, script, meta, title').forEach((each) => each.remove());
    root.querySelectorAll('a:not([href]), a[href^="#"]').forEach((each) => each.replaceWith(...each.childNodes));
    headings(root);
    wordLists(root);
    const marks = [...root.querySelectorAll('table')].filter((table) => !table.parentElement.closest('table'));
    const texts = [];
    const rest = document.createRange();
    rest.selectNodeContents(root);
    marks.forEach((table) => {
      rest.setEndBefore(table);
      texts.push(rest.cloneContents());
      rest.selectNodeContents(root);
      rest.setStartAfter(table);
    });
    texts.push(rest.cloneContents());
    return texts.flatMap((fragment, i) => {
      const holder = document.createElement('div');
      holder.append(fragment);
      const written = text(holder) ? [{ html: holder.innerHTML, plain: holder.textContent }] : [];
      return i < marks.length && cells(marks[i]).length ? [...written, { rows: cells(marks[i]) }] : written;
    });
  };

  /** Return the stream that holds an element and takes texts and tables, with the index of the block in it. */
  const streamAround = (element) => {
    let found = null;
    const visit = (block) => {
      if (!block) return;
      if (Array.isArray(block.children)) {
        const index = block.children.findIndex((child) => child.element?.contains(element));
        const types = block.blockDef?.childBlockDefsByName;
        if (index >= 0 && types?.text && types?.table) found = { stream: block, index };
        visit(block.children[index]?.block);
      }
      Object.values(block.childBlocks || {}).forEach(visit);
    };
    for (let at = element; at; at = at.parentElement) if (at.rootBlock) visit(at.rootBlock);
    return found;
  };

  const pasteInto = (target, { html, plain }) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/html', html);
    clipboardData.setData('text/plain', plain);
    const event = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true });
    event.rewritten = true;
    target.dispatchEvent(event);
  };

  const asTable = ([first, ...others]) => ({
    caption: '',
    columns: first.map((heading) => ({ type: 'cell', heading })),
    rows: others.map((values) => ({ values })),
  });

  const editorOf = (child) => child.element.querySelector('[contenteditable="true"]');

  const paste = async (target, found) => {
    const place = streamAround(target);
    if (!place) {
      // No table fits here: a paragraph for each row.
      const escaped = (row) => {
        const paragraph = document.createElement('p');
        paragraph.textContent = row.filter(Boolean).join(' – ');
        return paragraph.outerHTML;
      };
      const html = found.map((part) => part.html ?? part.rows.map(escaped).join('')).join('');
      pasteInto(target, { html, plain: html });
      return;
    }
    const { stream } = place;
    let { index } = place;
    let editor = target;
    for (const part of found) {
      if (part.rows) {
        index += 1;
        stream.insert({ type: 'table', value: asTable(part.rows), id: crypto.randomUUID() }, index);
        editor = null;
      } else {
        if (!editor) {
          index += 1;
          stream.insert({ type: 'text', value: stream.blockDef.initialChildStates.text, id: crypto.randomUUID() }, index);
          // The editor is drawn after this.
          for (let tries = 0; !editor && tries < 100; tries += 1) {
            await new Promise((resolve) => { setTimeout(resolve, 20); });
            editor = editorOf(stream.children[index]);
          }
          editor.focus();
        }
        pasteInto(editor, part);
      }
    }
  };

  document.addEventListener('paste', (event) => {
    const target = event.target.closest?.('.Draftail-Editor [contenteditable="true"]');
    const html = event.clipboardData?.getData('text/html') || '';
    if (!target || event.rewritten || OWN.test(html) || !FOREIGN.test(html)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    paste(target, parts(html));
  }, true);
})();
