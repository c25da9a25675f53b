import { closestNode, dispatch, type MiniElement } from './events.ts';
import { runFormButton } from './tags/plain.ts';

const LONG_TAP_MS = 500;

/** Turns the browser's clicks and pointers into the events of mini programs, for all tags below an element. */
export function listenToGestures(root: HTMLElement): void {
  let longTap: ReturnType<typeof setTimeout> | undefined;
  let pressed: Node | null = null;
  root.addEventListener('click', (event) => {
    const target = event.target as MiniElement;
    // An element that moves away under a finger still gets the tap: the browser would click on the element around it.
    const origin = pressed && target.contains(pressed) ? (pressed as MiniElement) : target;
    pressed = null;
    if (!closestNode(origin)) return;
    dispatch(origin, 'tap', { x: event.clientX, y: event.clientY });
    const button = origin.closest<MiniElement>('mini-button');
    if (button) runFormButton(button);
    activate(origin);
  });
  root.addEventListener('keydown', (event) => {
    const target = event.target as MiniElement;
    if (
      (event.key === 'Enter' || event.key === ' ') &&
      target.miniNode &&
      target.getAttribute('tabindex') === '0'
    ) {
      event.preventDefault();
      target.click();
    }
  });
  const touch = (type: string) => (event: Event) => {
    const { clientX, clientY, pageX, pageY } = event as PointerEvent;
    const point = { identifier: 0, clientX, clientY, pageX, pageY };
    const ended = type === 'touchEnd' || type === 'touchCancel';
    clearTimeout(longTap);
    if (type === 'touchStart') {
      const origin = event.target as Element;
      longTap = setTimeout(() => {
        if (origin.isConnected) dispatch(origin, 'longTap', { x: clientX, y: clientY });
      }, LONG_TAP_MS);
    }
    dispatch(event.target as Element, type, {}, { touches: ended ? [] : [point], changedTouches: [point] });
  };
  root.addEventListener('pointerdown', (event) => {
    pressed = event.target as Node;
    touch('touchStart')(event);
  });
  root.addEventListener('pointermove', (event) => {
    if ((event as PointerEvent).buttons !== 0) touch('touchMove')(event);
  });
  root.addEventListener('pointerup', touch('touchEnd'));
  root.addEventListener('pointercancel', touch('touchCancel'));
  for (const type of ['transitionEnd', 'animationEnd', 'animationStart', 'animationIteration']) {
    root.addEventListener(type.toLowerCase(), (event) => dispatch(event.target as Element, type, {}));
  }
}

/** A tap on a control, or on the label around it or for it. */
function activate(origin: MiniElement): void {
  for (
    let element: MiniElement | null = origin;
    element;
    element = element.parentElement as MiniElement | null
  ) {
    if (element.miniActivate) {
      element.miniActivate();
      return;
    }
    if (element.miniNode?.tag === 'label') {
      labelled(element)?.miniActivate?.();
      return;
    }
  }
}

function labelled(label: MiniElement): MiniElement | undefined {
  const wanted = label.getAttribute('data-for');
  const page = label.closest('.mini-page');
  if (wanted) {
    return [...(page?.querySelectorAll<MiniElement>('[id]') ?? [])].find((node) => node.id === wanted);
  }
  return [...label.querySelectorAll<MiniElement>('*')].find((node) => node.miniActivate);
}
