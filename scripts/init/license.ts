/** What an app may be licensed under: the word that answers the question, and what it stands for. */
export const licenses = {
  proprietary: {
    label: '版权所有，不公开',
    /** As package.json calls it. */
    spdx: 'UNLICENSED',
    text: (owner: string) => `版权所有 © ${owner}

保留所有权利。未经${owner}书面许可，任何单位和个人不得复制、修改、发布本软件，或者提供给他人。
`,
  },
  MIT: {
    label: 'MIT，任何人可以使用、修改、发布',
    spdx: 'MIT',
    text: (owner: string) => `MIT License

Copyright (c) ${owner}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
`,
  },
} as const;

export type License = keyof typeof licenses;

/** The word for what package.json says; undefined for a license that was chosen by hand. */
export function licenseOf(spdx: string | undefined): License | undefined {
  return (Object.keys(licenses) as License[]).find((word) => licenses[word].spdx === spdx);
}
