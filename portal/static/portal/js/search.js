// Suggestions while typing (ARIA combobox with a list, chosen by hand), and counting of opened results.
// Every search works without this file.
const DELAY = 120;
const MIN_LENGTH = 2;

const element = (name, properties, attributes = {}) => {
  const made = Object.assign(document.createElement(name), properties);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
};

const combobox = (form) => {
  const input = form.querySelector('input[type="search"]');
  const id = `${input.id}-suggestions`;
  const list = element('ul', { id, className: 'suggestions', hidden: true }, { role: 'listbox', 'aria-label': form.dataset.suggestionsLabel });
  const status = element('p', { className: 'vh' }, { role: 'status' });
  for (const [key, value] of Object.entries({ role: 'combobox', 'aria-expanded': 'false', 'aria-controls': id, 'aria-autocomplete': 'list' })) {
    input.setAttribute(key, value);
  }
  form.append(list, status);

  let found = [], active = -1, timer = 0, request;

  // What is typed stays as it is until a suggestion is chosen.
  const mark = (index) => {
    list.children[active]?.setAttribute('aria-selected', 'false');
    active = index;
    const option = list.children[index];
    if (!option) return input.removeAttribute('aria-activedescendant');
    option.setAttribute('aria-selected', 'true');
    input.setAttribute('aria-activedescendant', option.id);
    option.scrollIntoView({ block: 'nearest' });
  };

  const show = (suggestions, said) => {
    mark(-1);
    found = suggestions;
    list.replaceChildren(...found.map(({ text, kind }, index) => {
      const option = element('li', { id: `${id}-${index}` }, { role: 'option', 'aria-selected': 'false' });
      option.append(element('span', { textContent: text }));
      if (kind === 'title') option.append(' ', element('small', { textContent: form.dataset.suggestionsPage }));
      return option;
    }));
    list.hidden = !found.length;
    input.setAttribute('aria-expanded', String(!list.hidden));
    status.textContent = said;
  };

  const close = () => {
    clearTimeout(timer);
    request?.abort();
    show([], '');
  };

  const ask = async () => {
    request?.abort();
    const q = input.value.trim();
    if (q.length < MIN_LENGTH) return close();
    request = new AbortController();
    try {
      const answer = await fetch(`${form.dataset.suggestions}?${new URLSearchParams({ q })}`, { signal: request.signal, credentials: 'omit' });
      if (!answer.ok) return close();
      const { suggestions, said } = await answer.json();
      show(suggestions, said);
    } catch {
      // A newer request has taken over, or there is no connection: the search itself still works.
    }
  };

  const choose = ({ text, url }) => {
    close();
    if (url) return location.assign(url);
    input.value = text;
    form.requestSubmit();
  };

  const keys = {
    ArrowDown: () => mark(active + 1 < found.length ? active + 1 : -1),
    ArrowUp: () => mark((active < 0 ? found.length : active) - 1),
    Escape: close,
  };

  input.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(ask, DELAY);
  });
  input.addEventListener('keydown', (event) => {
    if (event.isComposing) return;
    if (list.hidden) {
      if (event.key === 'ArrowDown') ask();
    } else if (event.key in keys) {
      event.preventDefault();
      keys[event.key]();
    } else if (event.key === 'Enter' && active >= 0) {
      event.preventDefault();
      choose(found[active]);
    } else if (event.key === 'Home' || event.key === 'End') {
      // They move in the text again.
      mark(-1);
    }
  });
  input.addEventListener('blur', close);
  form.addEventListener('submit', close);
  // Before the field loses the focus, and with it the list.
  list.addEventListener('mousedown', (event) => event.preventDefault());
  list.addEventListener('click', (event) => {
    const option = event.target.closest('[role="option"]');
    if (option) choose(found[[...list.children].indexOf(option)]);
  });
};

document.querySelectorAll('form[data-suggestions]').forEach(combobox);

// Which results are opened tells editors what is missing; nothing is said about who opened them.
const count = (event) => {
  const results = event.currentTarget;
  const result = event.target.closest('a')?.closest('[data-page]');
  if (!result || event.button > 1) return;
  const { page, position } = result.dataset;
  navigator.sendBeacon?.(results.dataset.clickUrl, new URLSearchParams({ q: results.dataset.query, page, position }));
};
document.querySelectorAll('[data-click-url]').forEach((results) => {
  results.addEventListener('click', count);
  results.addEventListener('auxclick', count);
});
