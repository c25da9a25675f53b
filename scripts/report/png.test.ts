import { svgToPng } from './png.ts';

const picture = (inside: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="60" height="30" font-family="No Such Font, sans-serif" font-size="20">${inside}</svg>`;
const write = async (text: string, attributes = '') =>
  Buffer.from((await svgToPng(picture(`<text x="4" y="22"${attributes}>${text}</text>`))).data).toString(
    'base64',
  );

test('a drawing becomes a PNG of the given size', async () => {
  const { data, width, height } = await svgToPng(picture(''), 3);
  expect([width, height]).toEqual([180, 90]);
  expect(Buffer.from(data).subarray(1, 4).toString()).toBe('PNG');
});

test('Chinese is drawn, whatever font the SVG names', async () => {
  const [one, other, empty] = [await write('政'), await write('务'), await write('')];
  expect(new Set([one, other, empty]).size).toBe(3);
});

test('signs of another part of the font are drawn, and unknown signs are skipped', async () => {
  // Of a private area: an empty box.
  const box = await write('\ue123');
  const drawn = [await write('≥'), await write('→'), await write('①'), await write('≥→')];
  expect(new Set([box, ...drawn]).size).toBe(5);
  expect(box).not.toBe(await write(''));
});

test('bold text is drawn bold, also by inheritance, and the text after it is not', async () => {
  const bold = await write('政≥', ' font-weight="bold"');
  expect(bold).not.toBe(await write('政≥'));
  expect(await write('<tspan font-weight="700">政</tspan><tspan font-weight="bold">≥</tspan>')).toBe(bold);
  const group = await svgToPng(picture('<g font-weight="bold"><text x="4" y="22">政≥</text></g>'));
  expect(Buffer.from(group.data).toString('base64')).toBe(bold);
  const after = await svgToPng(
    picture(
      '<g font-weight="bold"><!-- <g> --><rect width="0" height="0"/></g><text x="4" y="22">政≥</text>',
    ),
  );
  expect(Buffer.from(after.data).toString('base64')).toBe(await write('政≥'));
});

test('a text that is no SVG is refused', async () => {
  await expect(svgToPng('<svg')).rejects.toBeTruthy();
});
