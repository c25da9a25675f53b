import { compileStyle } from './style.ts';

function css(source: string, scope: Parameters<typeof compileStyle>[0]['scope'] = { kind: 'app' }): string {
  const read = (_from: string, specifier: string) => ({ file: specifier, source: 'view { width: 10rpx }' });
  return compileStyle({ file: 'a.acss', source, scope, isPackage: false, read })
    .css.replace(/\s+/g, ' ')
    .trim();
}

test('750 rpx are the width of the screen, which is 375 px', () => {
  expect(css('.a { margin: 750rpx -15rpx 0.5rpx }')).toBe(
    ':where(.mini-page) .a { margin: 375px -7.5px 0.25px }',
  );
});

test('vw and vh are parts of the phone, not of the browser', () => {
  expect(css('.a { width: 50vw; height: 100vh }')).toBe(
    ':where(.mini-page) .a { width: 50cqw; height: 100cqh }',
  );
});

test('tags and page become the elements that the runtime draws', () => {
  expect(css('page, view > text.b, .view:not(image) {}')).toBe(
    '.mini-page, :where(.mini-page) mini-view > mini-text.b, :where(.mini-page) .view:not(mini-image) {}',
  );
});

test('the style of a page holds on that page', () => {
  expect(css('.a {} page {}', { kind: 'page', id: 'pages/a/a' })).toBe(
    ':where(.mini-page[data-page="pages/a/a"]) .a {} .mini-page:where([data-page="pages/a/a"]) {}',
  );
});

test('base library 1.x: the style of a component holds on all of the page that uses it', () => {
  expect(css('.a {}', { kind: 'component', id: 'row' })).toBe(':where(.mini-page[data-uses~="row"]) .a {}');
});

test('key frames and media queries keep their meaning', () => {
  expect(css('@keyframes a { from { left: 2rpx } } @media (min-width: 10rpx) { .b {} }')).toBe(
    '@keyframes a { from { left: 1px } } @media (min-width: 5px) { :where(.mini-page) .b {} }',
  );
});

test('imports are put in their place, once scoped', () => {
  expect(css('@import "./b.acss"; .c {}')).toBe(
    ':where(.mini-page) mini-view { width: 5px } :where(.mini-page) .c {}',
  );
});
