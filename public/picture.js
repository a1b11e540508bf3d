// Saves a drawing of the page as a file: public/boot.js calls this for a button with data-picture (a selector) and a value (svg or png).
// The style sheet stays behind, so what it gives each element is written into the copy as attributes.
const STYLE = ['fill', 'stroke', 'stroke-width', 'stroke-dasharray', 'stroke-linejoin', 'paint-order', 'vector-effect', 'opacity', 'font-family',
  'font-size', 'font-weight', 'text-anchor', 'display', 'visibility'];
const SPACE = 16;

/** The drawing alone, as text. */
function standalone(svg) {
  const { width, height } = svg.getBoundingClientRect();
  const copy = svg.cloneNode(true);
  const [from, to] = [svg, copy].map((root) => [root, ...root.querySelectorAll('*')]);
  from.forEach((element, at) => {
    const style = getComputedStyle(element);
    for (const name of STYLE) {
      const value = style.getPropertyValue(name);
      if (value) to[at].setAttribute(name, value);
    }
    to[at].removeAttribute('class');
  });
  // The ground it stands on: letters are rimmed with its colour.
  let under = svg;
  while (under.parentElement && /^rgba?\(0, 0, 0, 0\)$/.test(getComputedStyle(under).backgroundColor)) under = under.parentElement;
  const paper = getComputedStyle(under).backgroundColor;
  const word = svg.getAttribute('aria-label');
  const [w, h] = [Math.ceil(width), Math.ceil(height)];
  for (const [name, value] of [['x', 0], ['y', 0], ['width', w], ['height', h], ['overflow', 'visible']]) copy.setAttribute(name, value);
  const frame = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  for (const [name, value] of [['width', w + 2 * SPACE], ['height', h + 2 * SPACE], ['viewBox', `${-SPACE} ${-SPACE} ${w + 2 * SPACE} ${h + 2 * SPACE}`], ['role', 'img']]) frame.setAttribute(name, value);
  const title = document.createElementNS(frame.namespaceURI, 'title');
  title.textContent = word ?? '';
  const ground = document.createElementNS(frame.namespaceURI, 'rect');
  for (const [name, value] of [['x', -SPACE], ['y', -SPACE], ['width', '100%'], ['height', '100%'], ['fill', paper]]) ground.setAttribute(name, value);
  frame.append(title, ground, copy);
  return { text: new XMLSerializer().serializeToString(frame), width: w + 2 * SPACE, height: h + 2 * SPACE };
}

function hand(blob, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // Not before the browser has taken it.
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

/** Twice the size of the page, for print. */
async function pixels({ text, width, height }) {
  const picture = new Image();
  const address = URL.createObjectURL(new Blob([text], { type: 'image/svg+xml' }));
  picture.src = address;
  await picture.decode();
  URL.revokeObjectURL(address);
  const canvas = Object.assign(document.createElement('canvas'), { width: 2 * width, height: 2 * height });
  canvas.getContext('2d').drawImage(picture, 0, 0, 2 * width, 2 * height);
  return new Promise((done) => { canvas.toBlob(done, 'image/png'); });
}

export async function save(selector, kind) {
  const svg = document.querySelector(selector);
  if (!svg) return;
  const drawing = standalone(svg);
  const blob = kind === 'png' ? await pixels(drawing) : new Blob([drawing.text], { type: 'image/svg+xml' });
  hand(blob, `training-compute.${kind}`);
}
