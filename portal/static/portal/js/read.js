// Reads a page aloud with the device's own voices, sentence by sentence; nothing is sent anywhere.
const SILENT = 'nav,form,script,style,svg,template,[hidden],[aria-hidden=true],.versions,.feedback,.share,.read,.qr';
const synth = speechSynthesis;
const primary = (tag) => tag.toLowerCase().split(/[-_]/)[0];
// What the eye sees as a paragraph of its own is read as one, whatever element it is
const blockOf = (element) => (getComputedStyle(element).display === 'inline' ? blockOf(element.parentElement) : element);
const voiceOf = (lang) => {
  const own = synth.getVoices().filter((v) => v.localService && primary(v.lang) === lang);
  return own.find((v) => v.default) || own[0];
};

// A telephone number digit by digit, groups of thousands as one number, "to" between two numbers as a word
export const spoken = (text, words) => text
  .replace(/[\u00ad\u200b]/g, '')
  .replace(/\+\d[\d\s()/-]{5,}\d|(?<![\d.,])0\d[\d\s()/-]{4,}\d/g, (number) => number
    .replace(/^\+/, `${words.plus} `).replace(/[()/-]/g, ' ').replace(/\d(?=\d)/g, '$& ').replace(/(\d)\s{1,}(?=\d)/g, '$1 '))
  .replace(/(?<!\d)\d{1,3}(?:[\u00a0\u202f]\d{3})+(?!\d)/g, (number) => number.replace(/\D/g, ''))
  .replace(/(\d)\s?–\s?(?=\d)/g, `$1 ${words.to} `)
  .replace(/\s+/g, ' ').trim();

// The sentences of the page in their order: `{text, lang, range, block}`; a passage in another language is one of its own
const sentences = () => {
  const walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
  const found = [];
  let run = null;
  const end = () => {
    if (!run) return;
    const { nodes, lang, block } = run;
    const text = nodes.map((n) => n.data).join('');
    const at = (index, isEnd) => {
      let rest = index;
      const node = nodes.find((n) => (rest < n.length || (isEnd && rest <= n.length) ? true : ((rest -= n.length), false)));
      return [node || nodes.at(-1), node ? rest : nodes.at(-1).length];
    };
    for (const { segment, index } of new Intl.Segmenter(lang, { granularity: 'sentence' }).segment(text)) {
      if (!/[\p{L}\p{N}]/u.test(segment)) continue;
      const range = new Range();
      range.setStart(...at(index, false));
      range.setEnd(...at(index + segment.trimEnd().length, true));
      found.push({ text: segment, lang, range, block });
    }
    run = null;
  };
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (node.nodeName === 'BR') end();
    if (node.nodeType !== Node.TEXT_NODE) continue;
    const parent = node.parentElement;
    if (parent.closest(SILENT) || !parent.checkVisibility()) continue;
    const block = blockOf(parent);
    const lang = primary(parent.closest('[lang]').lang);
    if (run && (run.block !== block || run.lang !== lang)) end();
    run ||= { nodes: [], lang, block };
    run.nodes.push(node);
  }
  end();
  return found;
};

const make = (name, properties, ...inner) => {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...inner);
  return element;
};

export const start = (root, begin, words) => {
  const button = (textContent) => make('button', { className: 'chip', type: 'button', textContent });
  const [pause, back, next, end] = [words.pause, words.back, words.next, words.stop].map(button);
  const rate = new Intl.NumberFormat(document.documentElement.lang);
  const speed = make('select', {}, ...[0.75, 1, 1.25, 1.5].map((value) => make('option', {
    value, textContent: `${rate.format(value)}×`, defaultSelected: value === 1,
  })));
  const controls = make('div', { className: 'read__controls', role: 'group', ariaLabel: words.read },
    pause, back, next, make('label', {}, `${words.speed} `, speed), end);
  root.append(controls);
  // What no voice of the device can say is passed over
  const list = sentences().filter(({ lang }) => voiceOf(lang));
  let at = 0;
  let turn = 0;
  let isOn = false;

  const show = () => {
    controls.hidden = false;
    begin.hidden = true;
    pause.textContent = isOn ? words.pause : words.goOn;
    const { range, block } = list[at];
    if (CSS.highlights) CSS.highlights.set('read', new Highlight(range));
    const box = range.getBoundingClientRect();
    if (box.top < 0 || box.bottom > innerHeight * 0.85) {
      block.scrollIntoView({ block: 'center', behavior: matchMedia('(prefers-reduced-motion)').matches ? 'auto' : 'smooth' });
    }
  };
  const say = () => {
    synth.cancel();
    const mine = (turn += 1);
    show();
    if (!isOn) return;
    const { text, lang } = list[at];
    const utterance = new SpeechSynthesisUtterance(spoken(text, words));
    utterance.voice = voiceOf(lang);
    utterance.lang = utterance.voice.lang;
    utterance.rate = Number(speed.value);
    utterance.onend = () => { if (mine === turn && isOn) step(1); };
    synth.speak(utterance);
  };
  const stop = () => {
    isOn = false;
    turn += 1;
    synth.cancel();
    if (CSS.highlights) CSS.highlights.delete('read');
    const hadFocus = controls.contains(document.activeElement);
    controls.hidden = true;
    begin.hidden = false;
    if (hadFocus) begin.focus();
  };
  const step = (by) => {
    if (at + by >= list.length) { at = 0; stop(); return; }
    at = Math.max(0, at + by);
    say();
  };

  back.addEventListener('click', () => step(-1));
  next.addEventListener('click', () => step(1));
  end.addEventListener('click', () => { at = 0; stop(); });
  pause.addEventListener('click', () => { isOn = !isOn; say(); });
  speed.addEventListener('change', say);
  begin.addEventListener('click', () => { isOn = true; say(); pause.focus(); });
  addEventListener('keydown', (event) => { if (event.key === 'Escape' && !controls.hidden) stop(); });
  addEventListener('pagehide', () => synth.cancel());
  if (list.length) { isOn = true; say(); pause.focus(); }
};
