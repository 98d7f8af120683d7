/*
 * Handing in a page waits for the draft that is just being saved, and no draft is saved behind it.
 *
 * Wagtail 8 saves drafts by itself, the first time to the address where a page is made. Until the answer tells the form the address of
 * the page that there is now, submitting the form makes a second one; where only one may be it is refused. And a draft that falls due
 * while the browser waits for the next screen makes another. Wagtail's `w-autosave:save` can be cancelled for such cases. This can go when
 * Wagtail's AutosaveController waits at submission itself; tests/journeys/test_autosave.py shows whether it does.
 */
(() => {
  let saving = null; // the form whose draft is on its way
  let waiting = null; // what to do once it has arrived
  let submitted = null; // the form that is handed in
  const saved = new WeakMap(); // what a form held when it was opened or last saved

  // What is said beside the text (`data-no-draft`) makes no draft: whoever approves with another answer would approve that draft anew.
  const text = (form) => {
    const beside = new Set([...form.querySelectorAll('[data-no-draft]')].map(({ name }) => name));
    const told = [...new FormData(form)].filter(([name]) => !beside.has(name));
    return JSON.stringify(told.map(([name, value]) => [name, value instanceof File ? [value.name, value.size] : value]));
  };
  document.addEventListener('w-unsaved:watch-edits', ({ target }) => {
    // A form that was refused holds what is stored nowhere.
    if (target.dataset.wUnsavedForceValue !== 'true') saved.set(target, text(target));
  });

  document.addEventListener('w-autosave:save', (event) => {
    if (event.defaultPrevented) return;
    if (event.target === submitted || saved.get(event.target) === text(event.target)) event.preventDefault();
    else saving = event.target;
  });

  const arrived = (event) => {
    if (event.target !== saving) return;
    saving = null;
    if (waiting) waiting();
    waiting = null;
  };
  ['success', 'error'].forEach((name) => document.addEventListener(`w-autosave:${name}`, arrived));

  document.addEventListener('submit', (event) => {
    if (event.defaultPrevented) return;
    const form = event.target;
    if (form !== saving) {
      submitted = form;
      return;
    }
    event.preventDefault();
    if (waiting) return;
    const { name, value } = event.submitter ?? {};
    waiting = () => {
      // The button says that it is busy, and what is disabled is not sent.
      if (name) form.append(Object.assign(document.createElement('input'), { type: 'hidden', name, value }));
      form.requestSubmit();
    };
  });

  // Whoever comes back to the form may go on writing.
  window.addEventListener('pageshow', () => {
    submitted = null;
  });
})();
