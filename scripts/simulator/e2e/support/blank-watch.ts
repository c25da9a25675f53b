import type { Simulator } from '../../web/client/simulator.ts';

declare global {
  interface Window {
    simulator?: Simulator;
    /** Pages that showed no text in a frame that was drawn. */
    blanks?: string[];
  }
}

/** Runs in the browser: looks at the phone in every frame, and writes down when there is nothing to read. */
export function watchForBlanks(): void {
  const blanks: string[] = [];
  window.blanks = blanks;
  const look = (): void => {
    const phone = window.simulator?.phone;
    const screen = document.querySelector('.phone-screen')?.shadowRoot?.querySelector('.mini-screen');
    if (phone && screen instanceof HTMLElement && screen.innerText.trim() === '') {
      const place = phone.currentPath || '（没有页面）';
      if (blanks.at(-1) !== place) blanks.push(place);
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}
