/*
 * What Wagtail's widgets would run as scripts in the page stands there as data (portal/admin/scripts.py), and is called here: the
 * admin's Content-Security-Policy allows no script in the page.
 */
(() => {
  // Whoever smuggles a mark into a screen calls nothing but what builds a widget.
  const WIDGET = /^(init(Date|Time|DateTime)Chooser|createTaskChooser|InlinePanel|[A-Za-z]*Chooser(Panel)?)$/;

  class Widget extends window.StimulusModule.Controller {
    static values = { name: String, arguments: Array };

    connect() {
      const { nameValue: name, argumentsValue: given } = this;
      // A block that is moved connects again; its widget is there.
      this.element.remove();
      if (!WIDGET.test(name) || typeof window[name] !== 'function') return;
      if (/^[A-Z]/.test(name)) Reflect.construct(window[name], given);
      else window[name](...given);
    }
  }
  window.wagtail.app.register('portal-widget', Widget);

  // Where the choosers of wagtail-localize's editor are.
  document.addEventListener('DOMContentLoaded', () => {
    const urls = document.getElementById('chooser-urls');
    if (urls) window.chooserUrls ??= JSON.parse(urls.textContent);
  });

  // wagtail-localize's form that orders translations: all languages at once.
  document.addEventListener('change', ({ target }) => {
    if (target.name !== 'select_all' || !target.form) return;
    target.form.querySelectorAll('[name="locales"]').forEach((box) => { box.checked = target.checked; });
  });
})();
