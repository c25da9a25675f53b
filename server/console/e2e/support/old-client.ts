/**
 * Removes features from a page that this browser has and the oldest supported clients lack (`build.target` of
 * `vite.config.ts`: Chrome 87, Safari 14). Every page of the tests opens with it. Runs in the page before its scripts.
 */
export function takeWhatIsNew(): void {
  const gone: [owner: object | undefined, ...names: string[]][] = [
    [window, 'structuredClone', 'requestIdleCallback', 'cancelIdleCallback', 'BroadcastChannel', 'scheduler'],
    [window, 'CompressionStream', 'DecompressionStream', 'Highlight', 'navigation'],
    [Array.prototype, 'at', 'findLast', 'findLastIndex', 'toSorted', 'toReversed', 'toSpliced', 'with'],
    [Object.getPrototypeOf(Int8Array.prototype), 'at', 'findLast', 'findLastIndex', 'toSorted', 'with'],
    [Array, 'fromAsync'],
    [String.prototype, 'at', 'isWellFormed', 'toWellFormed'],
    [Object, 'hasOwn', 'groupBy'],
    [Map, 'groupBy'],
    [Set.prototype, 'union', 'intersection', 'difference', 'symmetricDifference', 'isSubsetOf'],
    [Object.getPrototypeOf(Object.getPrototypeOf([].values())), 'map', 'filter', 'toArray', 'take', 'drop'],
    [Promise, 'withResolvers', 'try'],
    [AbortSignal, 'timeout', 'any', 'abort'],
    [AbortSignal.prototype, 'reason', 'throwIfAborted'],
    [window.Crypto.prototype, 'randomUUID'],
    [Intl, 'DurationFormat'],
    [Intl.NumberFormat.prototype, 'formatRange'],
    [URL, 'canParse', 'parse'],
    [URLSearchParams.prototype, 'size'],
    [Response, 'json'],
    [Blob.prototype, 'bytes'],
    [Document.prototype, 'adoptedStyleSheets', 'startViewTransition'],
    [Element.prototype, 'setHTML', 'moveBefore', 'getHTML'],
    [HTMLElement.prototype, 'inert', 'popover', 'showPopover', 'hidePopover', 'togglePopover'],
    [HTMLInputElement.prototype, 'showPicker'],
    [HTMLSelectElement.prototype, 'showPicker'],
  ];
  for (const [owner, ...names] of gone) {
    for (const name of names) if (owner !== undefined) Reflect.deleteProperty(owner, name);
  }
}
