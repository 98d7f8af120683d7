// Suggestions while typing (ARIA combobox with a list), and counting of opened results. Every search works without this file.
const DELAY = 120;

const combobox = (form) => {
  if (form.dataset.ready) return;
  form.dataset.ready = 'true';
  const input = form.querySelector('input[type="search"]');
  const list = document.createElement('ul');
  const status = document.createElement('p');
  const id = `${input.id}-suggestions`;
  Object.assign(list, { id, className: 'suggestions', hidden: true });
  list.setAttribute('role', 'listbox');
  list.setAttribute('aria-label', form.dataset.suggestionsLabel);
  status.className = 'vh';
  status.setAttribute('role', 'status');
  for (const [name, value] of Object.entries({ role: 'combobox', 'aria-expanded': 'false', 'aria-controls': id, 'aria-autocomplete': 'list' })) {
    input.setAttribute(name, value);
  }
  input.after(list, status);

  let options = [], active = -1, timer = 0, request = null, typed = input.value;

  const close = () => {
    list.hidden = true;
    active = -1;
    input.setAttribute('aria-expanded', 'false');
    input.removeAttribute('aria-activedescendant');
    status.textContent = '';
  };

  const mark = (index) => {
    active = index;
    [...list.children].forEach((item, place) => item.setAttribute('aria-selected', String(place === index)));
    if (index < 0) {
      input.removeAttribute('aria-activedescendant');
      input.value = typed;
      return;
    }
    input.setAttribute('aria-activedescendant', list.children[index].id);
    list.children[index].scrollIntoView({ block: 'nearest' });
    input.value = options[index].text;
  };

  const choose = (index) => {
    const { text, url } = options[index];
    close();
    input.value = text;
    if (url) location.assign(url);
    else form.requestSubmit();
  };

  const show = (found) => {
    options = found;
    active = -1;
    input.removeAttribute('aria-activedescendant');
    list.replaceChildren(...found.map(({ text, kind }, index) => {
      const item = document.createElement('li');
      item.id = `${id}-${index}`;
      item.setAttribute('role', 'option');
      item.setAttribute('aria-selected', 'false');
      const words = document.createElement('span');
      words.textContent = text;
      item.append(words);
      if (kind === 'title') {
        const note = document.createElement('small');
        note.textContent = form.dataset.suggestionsPage;
        item.append(' ', note);
      }
      // Before the field loses the focus, and with it the list.
      item.addEventListener('mousedown', (event) => event.preventDefault());
      item.addEventListener('click', () => choose(index));
      return item;
    }));
    list.hidden = !found.length;
    input.setAttribute('aria-expanded', String(!!found.length));
    status.textContent = found.length ? form.dataset.suggestionsHint : '';
  };

  const ask = async () => {
    request?.abort();
    typed = input.value;
    if (typed.trim().length < 2) {
      close();
      return;
    }
    request = new AbortController();
    try {
      const address = `${form.dataset.suggestions}?${new URLSearchParams({ q: typed })}`;
      const answer = await fetch(address, { signal: request.signal, credentials: 'omit' });
      if (answer.ok && document.activeElement === input) show((await answer.json()).suggestions);
    } catch {
      // A newer request has taken over, or there is no connection: the search itself still works.
    }
  };

  input.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(ask, DELAY);
  });
  input.addEventListener('blur', close);
  input.addEventListener('keydown', (event) => {
    if (event.isComposing) return;
    if (list.hidden) {
      if (event.key === 'ArrowDown') ask();
      return;
    }
    const last = options.length - 1;
    if (event.key === 'ArrowDown') mark(active === last ? -1 : active + 1);
    else if (event.key === 'ArrowUp') mark(active < 0 ? last : active - 1);
    else if (event.key === 'Enter' && active >= 0) choose(active);
    else if (event.key === 'Escape') {
      mark(-1);
      close();
    } else return;
    event.preventDefault();
  });
  form.addEventListener('submit', close);
};

document.querySelectorAll('form[data-suggestions]').forEach(combobox);

// Which results are opened tells editors what is missing; nothing is said about who opened them.
document.querySelectorAll('[data-click-url]').forEach((results) => results.addEventListener('click', (event) => {
  const result = event.target.closest('a')?.closest('[data-page]');
  if (!result) return;
  const { page, position } = result.dataset;
  navigator.sendBeacon?.(results.dataset.clickUrl, new URLSearchParams({ q: results.dataset.query, page, position }));
}));
