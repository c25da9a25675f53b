import type { PageStack } from '../page-stack.ts';

type Draw = (context: CanvasRenderingContext2D) => unknown;

/** Setters of `dd.createCanvasContext` and the field of a browser's context that each sets. */
const SETTERS: Readonly<
  Record<string, 'fillStyle' | 'strokeStyle' | 'lineWidth' | 'globalAlpha' | 'textAlign' | 'textBaseline'>
> = {
  setFillStyle: 'fillStyle',
  setStrokeStyle: 'strokeStyle',
  setLineWidth: 'lineWidth',
  setGlobalAlpha: 'globalAlpha',
  setTextAlign: 'textAlign',
  setTextBaseline: 'textBaseline',
};
/** Calls that both contexts have. */
const CALLS = [
  ...['beginPath', 'closePath', 'moveTo', 'lineTo', 'arc', 'rect', 'fill', 'stroke', 'clip'],
  ...['fillRect', 'strokeRect', 'clearRect', 'fillText', 'strokeText'],
  ...['translate', 'rotate', 'scale', 'save', 'restore'],
] as const;

/**
 * `dd.createCanvasContext(id)`: calls are kept, and drawn by `draw()`. Enough for watermarks: paths, texts and
 * transformations; no pictures. Source: 支付宝小程序文档「CanvasContext」.
 */
export function canvasContext(stack: PageStack, id: string): object {
  let pending: Draw[] = [];
  const keep = (draw: Draw): void => void pending.push(draw);
  const canvas = (): HTMLCanvasElement | null | undefined => {
    const found = stack.top?.root.querySelectorAll<HTMLElement>('mini-canvas');
    return [...(found ?? [])].find((element) => element.id === id)?.querySelector('canvas');
  };
  const context: Record<string, unknown> = {
    setFontSize: (size: number) => keep((to) => Object.assign(to, { font: `${size}px sans-serif` })),
    draw(reserve?: boolean, callback?: () => void) {
      const drawing = canvas()?.getContext('2d');
      if (drawing && reserve !== true) drawing.clearRect(0, 0, drawing.canvas.width, drawing.canvas.height);
      if (drawing) for (const draw of pending) draw(drawing);
      pending = [];
      callback?.();
    },
    toTempFilePath({ success }: { success?: (result: object) => void } = {}) {
      const address = canvas()?.toDataURL() ?? '';
      success?.({ apFilePath: address, filePath: address, tempFilePath: address });
    },
  };
  for (const [name, field] of Object.entries(SETTERS))
    context[name] = (value: never) => keep((to) => Object.assign(to, { [field]: value }));
  for (const name of CALLS)
    context[name] = (...values: never[]) =>
      keep((to) => (to[name] as (...given: never[]) => void)(...values));
  return context;
}
