/*
 * The editor of a translation: chips for tags, autosave text by text, keys from start to end.
 *
 * Without this script the page is a form with a field for each text, in which signs (⟦a1⟧ … ⟦/a1⟧) stand for tags. The script puts an
 * editable text before each field, in which they are chips, and keeps the field as it would be sent.
 */
(() => {
  const root = document.querySelector('[data-translation]');
  if (!root) return;
  const form = root.querySelector('form');
  const TEXTS = JSON.parse(document.getElementById('translation-texts').textContent);
  const SIGN = /⟦(\/?)(a\d+|b|i|em|strong|code|abbr|acronym)⟧/g;
  const PAUSE = 800; // ms without typing before a text is sent
  const POLL = 15000; // ms between questions what others wrote
  const RETRY = 5000; // ms until a text that did not arrive is sent again
  const isReadOnly = 'readOnly' in root.dataset; // it waits for a review, or is locked
  const status = root.querySelector('[data-status]');
  const segments = [...root.querySelectorAll('[data-segment]')];
  const states = new Map(); // by segment: what is typed, sent, waited for
  const addresses = (segment) => Object.fromEntries(
    [...segment.querySelectorAll('.portal-segment__source .portal-chip')].map((chip) => [chip.dataset.token, chip]));

  // --- text with chips ---------------------------------------------------------------------------------------------------------

  const chip = (token, known) => {
    const element = document.createElement('span');
    const name = token.replace('/', '');
    const label = /^a\d/.test(name) ? name.slice(1) : name.toUpperCase();
    element.className = known[token] || !/^a\d/.test(name) ? 'portal-chip' : 'portal-chip portal-chip--foreign';
    element.contentEditable = 'false';
    element.dataset.token = token;
    element.textContent = token[0] === '/' ? `◂${label}` : `${label}▸`;
    if (known[token]) element.title = known[token].title;
    return element;
  };

  const nodes = (text, known) => {
    const found = [];
    let position = 0;
    for (const match of text.matchAll(SIGN)) {
      found.push(text.slice(position, match.index), chip(match[1] + match[2], known));
      position = match.index + match[0].length;
    }
    return [...found, text.slice(position)].filter((part) => part !== '');
  };

  /** What stands in an editable text, as it is sent. */
  const read = (node) => [...node.childNodes].map((child) => {
    if (child.nodeType === Node.TEXT_NODE) return child.nodeValue;
    if (child.dataset?.token) return `⟦${child.dataset.token}⟧`;
    if (child.tagName === 'BR') return child.nextSibling || node !== child.parentNode ? '\n' : '';
    return (child.previousSibling ? '\n' : '') + read(child);
  }).join('');

  const write = (state, text) => {
    state.editor.replaceChildren(...nodes(text, state.known));
    state.field.value = text;
  };

  const selection = (editor) => {
    const current = document.getSelection();
    const range = current.rangeCount ? current.getRangeAt(0) : null;
    if (range && editor.contains(range.commonAncestorContainer)) return range;
    const end = document.createRange();
    end.selectNodeContents(editor);
    end.collapse(false);
    return end;
  };

  /** Put a pair of chips around what is selected; where it stands already it is moved, emphasis is taken away. */
  const wrap = (state, name, isEmphasis) => {
    const { editor, known } = state;
    const range = selection(editor);
    const old = [...editor.querySelectorAll('[data-token]')].filter((one) => one.dataset.token.replace('/', '') === name);
    const inside = old.some((one) => range.intersectsNode(one));
    if (!isEmphasis || inside) old.forEach((one) => one.remove());
    if (!(isEmphasis && inside)) {
      const end = range.cloneRange();
      end.collapse(false);
      end.insertNode(chip(`/${name}`, known));
      range.insertNode(chip(name, known));
    }
    editor.normalize();
    typed(state);
  };

  // --- saving ------------------------------------------------------------------------------------------------------------------

  const say = (text) => { if (status.textContent !== text) status.textContent = text; };

  const typed = (state) => {
    state.field.value = read(state.editor);
    clearTimeout(state.timer);
    state.timer = setTimeout(() => send(state), PAUSE);
  };

  const dirty = (state) => JSON.stringify([state.field.value, state.work.checked, state.reason.value]) !== state.sent;

  const send = async (state) => {
    clearTimeout(state.timer);
    if (isReadOnly || state.isConflict || !dirty(state)) return true;
    if (state.running) {
      await state.running;
      return send(state);
    }
    state.running = post(state);
    const done = await state.running;
    state.running = null;
    return done && dirty(state) ? send(state) : done;
  };

  const post = async (state) => {
    const sent = JSON.stringify([state.field.value, state.work.checked, state.reason.value]);
    const data = new FormData();
    data.set('csrfmiddlewaretoken', form.querySelector('[name=csrfmiddlewaretoken]').value);
    data.set('text', state.field.value);
    data.set('version', state.version.value);
    if (state.work.checked) data.set('work', 'on');
    data.set('reason', state.reason.value);
    say(TEXTS.saving);
    let answer;
    try {
      answer = await fetch(state.segment.dataset.save, { method: 'POST', body: data, headers: { 'X-Requested-With': 'XMLHttpRequest' } });
      if (answer.status === 403) throw new Error(TEXTS.locked);
      if (!answer.ok && answer.status !== 409) throw new Error(TEXTS.failed);
      const found = await answer.json();
      if (answer.status === 409) {
        conflict(state, found);
        return false;
      }
      state.sent = sent;
      state.version.value = found.version;
      findings(state, found.findings);
      progress();
      say(TEXTS.saved);
      return true;
    } catch (error) {
      say(error.message === TEXTS.locked ? TEXTS.locked : TEXTS.failed);
      state.timer = setTimeout(() => send(state), RETRY);
      return false;
    }
  };

  const findings = (state, found) => {
    state.list.replaceChildren(...found.map((finding) => {
      const item = document.createElement('li');
      item.textContent = finding.text;
      item.classList.toggle('is-blocking', finding.blocking);
      return item;
    }));
    state.reason.closest('[data-reason]').hidden = !found.length && !state.reason.value;
    const blocks = found.some((finding) => finding.blocking);
    state.segment.classList.toggle('portal-segment--done', Boolean(state.version.value) && !state.work.checked && !blocks);
    state.segment.classList.toggle('portal-segment--open', state.work.checked || blocks || (found.length > 0 && !state.reason.value));
  };

  const progress = () => {
    const bar = root.querySelector('progress');
    bar.value = root.querySelectorAll('.portal-segment--done').length;
    const line = root.querySelector('[data-progress]');
    line.textContent = TEXTS.progress.replace('%(done)s', bar.value).replace('%(total)s', bar.max);
  };

  /** Show what somebody else wrote beside what was typed here; nothing is lost, and nothing more is sent until one was chosen. */
  const conflict = (state, theirs) => {
    state.isConflict = true;
    state.segment.querySelector('.portal-segment__conflict')?.remove();
    const box = document.createElement('div');
    box.className = 'portal-segment__conflict';
    box.setAttribute('role', 'alert');
    const text = document.createElement('p');
    text.className = 'portal-text';
    text.lang = state.field.lang;
    text.dir = state.field.dir;
    text.append(...nodes(theirs.text, state.known));
    const button = (label, act) => {
      const element = document.createElement('button');
      element.type = 'button';
      element.className = 'button button-small button-secondary';
      element.textContent = label;
      element.addEventListener('click', () => {
        box.remove();
        state.isConflict = false;
        state.version.value = theirs.version;
        act();
        state.editor.focus();
      });
      return element;
    };
    const title = document.createElement('p');
    title.textContent = TEXTS.conflict;
    box.append(title, text,
      button(TEXTS.theirs, () => { write(state, theirs.text); send(state); }), ' ', button(TEXTS.mine, () => send(state)));
    state.list.before(box);
    say(TEXTS.conflict);
  };

  /** Take in what others wrote where nothing was typed here; where something was, saving finds the conflict. */
  const ask = async () => {
    try {
      const answer = await fetch(`${root.dataset.news}?since=${encodeURIComponent(root.dataset.now)}`);
      if (!answer.ok) return;
      const found = await answer.json();
      root.dataset.now = found.now;
      for (const [pk, theirs] of Object.entries(found.texts)) {
        const state = states.get(root.querySelector(`[data-segment="${pk}"]`));
        if (!state || state.isConflict || theirs.version === state.version.value || dirty(state)) continue;
        if (document.activeElement === state.editor) {
          conflict(state, theirs);
          continue;
        }
        write(state, theirs.text);
        state.version.value = theirs.version;
        state.sent = JSON.stringify([state.field.value, state.work.checked, state.reason.value]);
        state.segment.classList.add('portal-segment--news');
        say(TEXTS.changed);
      }
    } catch (error) { /* asked again in a moment */ }
  };

  // --- moving about ------------------------------------------------------------------------------------------------------------

  const current = () => document.activeElement?.closest?.('[data-segment]');

  const go = (segment) => {
    if (!segment) return;
    states.get(segment).editor.focus();
    segment.scrollIntoView({ block: 'center' });
  };

  const step = (by) => {
    const place = segments.indexOf(current());
    go(segments[place < 0 ? 0 : Math.min(Math.max(place + by, 0), segments.length - 1)]);
  };

  const nextOpen = () => {
    const place = segments.indexOf(current());
    const order = [...segments.slice(place + 1), ...segments.slice(0, place + 1)];
    go(order.find((segment) => !states.get(segment).field.value.trim())
      || order.find((segment) => segment.classList.contains('portal-segment--open')));
  };

  const propose = (state) => {
    const found = [...state.segment.querySelectorAll('[data-proposal]')].map((one) => one.dataset.proposal);
    if (!found.length) return;
    write(state, found[(found.indexOf(state.field.value) + 1) % found.length]);
    typed(state);
  };

  const offer = (state, one) => {
    const line = document.createElement('p');
    const text = document.createElement('span');
    const note = document.createElement('small');
    line.className = 'portal-proposal';
    Object.assign(text, { className: 'portal-text', lang: state.field.lang, dir: state.field.dir });
    text.dataset.proposal = one.text;
    text.append(...nodes(one.text, state.known));
    note.textContent = TEXTS.alike.replace('%(percent)s', one.percent).replace('%(source)s', one.source);
    line.append(note, text);
    state.segment.querySelector('.portal-segment__help').append(line);
  };

  /** Ask once how texts like this one are translated, where it has no translation yet. */
  const lookUp = async (state) => {
    if (state.isLookedUp || state.field.value.trim()) return;
    state.isLookedUp = true;
    try {
      const answer = await fetch(state.segment.dataset.alike);
      if (answer.ok) (await answer.json()).texts.forEach((one) => offer(state, one));
      else state.isLookedUp = false;
    } catch (error) { state.isLookedUp = false; }
  };

  const preview = () => {
    const place = root.querySelector('[data-preview]');
    if (!place) return;
    place.hidden = !place.hidden;
    root.classList.toggle('portal-editor--preview', !place.hidden);
    if (place.hidden) return;
    Promise.all([...states.values()].map(send)).then(() => {
      const frame = document.createElement('iframe');
      frame.title = root.querySelector('[data-do=preview]').textContent.trim();
      frame.src = place.dataset.preview;
      frame.addEventListener('load', () => light(current()));
      place.replaceChildren(frame);
    });
  };

  /** Show in the preview where a text stands. */
  const light = (segment) => {
    const inside = root.querySelector('[data-preview] iframe')?.contentDocument;
    if (!inside?.body || !segment) return;
    inside.querySelectorAll('[data-lit]').forEach((one) => { one.style.outline = ''; delete one.dataset.lit; });
    const plain = (text) => text.replace(/[\s\u00ad]+/g, ' ').trim();
    const wanted = plain(states.get(segment).field.value.replace(SIGN, '')).slice(0, 60);
    if (!wanted) return;
    const found = [...inside.body.querySelectorAll('main *')].filter((one) => plain(one.textContent).includes(wanted)).pop();
    if (!found) return;
    found.dataset.lit = '';
    found.style.outline = '3px solid #b45309';
    found.scrollIntoView({ block: 'center' });
  };

  const KEYS = {
    KeyN: nextOpen,
    ArrowUp: () => step(-1),
    ArrowDown: () => step(1),
    KeyC: (state) => { if (state) { write(state, state.segment.querySelector('[data-source]').dataset.source); typed(state); } },
    KeyP: (state) => { if (state) propose(state); },
    KeyW: (state) => { if (state) { state.work.checked = !state.work.checked; send(state); } },
    KeyV: preview,
    KeyR: () => root.querySelector('[data-do=submit], [data-do=publish]')?.focus(),
  };
  const WRITING = ['KeyC', 'KeyP', 'KeyW'];

  document.addEventListener('keydown', (event) => {
    const state = states.get(current());
    const isCommand = event.ctrlKey || event.metaKey;
    if (isCommand && event.key === 'Enter') {
      event.preventDefault();
      if (state) send(state);
      step(1);
    } else if (isReadOnly && (isCommand || /^Digit/.test(event.code) || WRITING.includes(event.code))) {
      // Nothing is changed here now.
    } else if (isCommand && state && document.activeElement === state.editor && ['KeyB', 'KeyI'].includes(event.code)) {
      event.preventDefault();
      if (state.segment.dataset.rich) wrap(state, event.code === 'KeyB' ? 'b' : 'i', true);
    } else if (event.altKey && !isCommand && !event.shiftKey) {
      if (/^Digit[1-9]$/.test(event.code) && state && state.known[`a${event.code[5]}`]) {
        event.preventDefault();
        wrap(state, `a${event.code[5]}`, false);
      } else if (KEYS[event.code]) {
        event.preventDefault();
        KEYS[event.code](state);
      }
    }
  });

  // --- beginning ---------------------------------------------------------------------------------------------------------------

  for (const segment of segments) {
    const pk = segment.dataset.segment;
    const field = segment.querySelector('textarea');
    const editor = document.createElement('div');
    editor.className = 'portal-text portal-segment__editor';
    try {
      editor.contentEditable = isReadOnly ? 'false' : 'plaintext-only';
    } catch (error) {
      editor.contentEditable = 'true'; // Firefox before 136
    }
    if (isReadOnly) editor.setAttribute('aria-readonly', 'true');
    Object.assign(editor, { lang: field.lang, dir: field.dir, tabIndex: 0 });
    editor.setAttribute('role', 'textbox');
    editor.setAttribute('aria-multiline', 'true');
    for (const name of ['aria-labelledby', 'aria-describedby']) editor.setAttribute(name, field.getAttribute(name));
    const state = {
      segment, field, editor, known: addresses(segment), list: document.getElementById(`findings-${pk}`),
      version: segment.querySelector(`[name="version-${pk}"]`), work: segment.querySelector(`[name="work-${pk}"]`),
      reason: segment.querySelector(`[name="reason-${pk}"]`), running: null, timer: 0, isConflict: false,
    };
    write(state, field.value);
    state.sent = JSON.stringify([field.value, state.work.checked, state.reason.value]);
    states.set(segment, state);
    field.hidden = true;
    field.before(editor);
    editor.addEventListener('input', () => typed(state));
    editor.addEventListener('focus', () => { light(segment); lookUp(state); });
    editor.addEventListener('blur', () => send(state));
    editor.addEventListener('paste', (event) => {
      event.preventDefault();
      const range = selection(editor);
      range.deleteContents();
      const fragment = document.createDocumentFragment();
      fragment.append(...nodes(event.clipboardData.getData('text/plain').replace(/\r\n?/g, '\n'), state.known));
      range.insertNode(fragment);
      range.collapse(false);
      typed(state);
    });
    for (const kind of ['copy', 'cut']) {
      editor.addEventListener(kind, (event) => {
        event.preventDefault();
        const range = selection(editor);
        event.clipboardData.setData('text/plain', read(range.cloneContents()));
        if (kind === 'cut') { range.deleteContents(); typed(state); }
      });
    }
    state.work.addEventListener('change', () => send(state));
    state.reason.addEventListener('change', () => send(state));
    segment.querySelectorAll('[data-proposal]').forEach((one) => one.replaceChildren(...nodes(one.dataset.proposal, state.known)));
    segment.querySelector('.portal-segment__help').addEventListener('click', (event) => {
      const proposal = event.target.closest('.portal-proposal')?.querySelector('[data-proposal]');
      if (!proposal || isReadOnly) return;
      write(state, proposal.dataset.proposal);
      typed(state);
      editor.focus();
    });
  }

  root.querySelector('[data-do=next-open]')?.addEventListener('click', (event) => { event.preventDefault(); nextOpen(); });
  root.querySelector('[data-do=preview]')?.addEventListener('click', (event) => { event.preventDefault(); preview(); });
  root.querySelector('[data-do=save]')?.addEventListener('click', (event) => {
    event.preventDefault();
    Promise.all([...states.values()].map(send));
  });
  // What waits is stored before the form goes, so that it never meets its own text as somebody else's.
  form.addEventListener('submit', (event) => {
    if (isReadOnly || ![...states.values()].some((state) => dirty(state) || state.running)) return;
    event.preventDefault();
    const { submitter } = event;
    Promise.all([...states.values()].map(send)).then((done) => { if (done.every(Boolean)) form.requestSubmit(submitter); });
  });
  window.addEventListener('beforeunload', (event) => {
    if (!isReadOnly && [...states.values()].some(dirty)) event.preventDefault();
  });
  setInterval(ask, POLL);
  window.addEventListener('focus', ask);
  // The address leads to the first text that is open; going there the browser's own way would take the focus away again.
  document.getElementById('next')?.remove();
  if (location.hash === '#next') window.addEventListener('load', () => setTimeout(nextOpen));
})();
