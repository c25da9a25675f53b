import { transform } from 'esbuild';

/**
 * One TypeScript file to CommonJS at ES2017, paths kept: each file stays a module of its own, so app, pages and
 * components share one instance of every service.
 *
 * @throws esbuild's TransformFailure for a syntax error.
 */
export async function transpile(source: string, file: string): Promise<string> {
  const { code } = await transform(source, {
    sourcefile: file,
    loader: 'ts',
    format: 'cjs',
    target: 'es2017',
    charset: 'utf8',
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true, alwaysStrict: true } },
  });
  // Containers resolve `require` without an extension.
  return code.replace(/require\("(\.[^"]+)\.ts"\)/g, 'require("$1")');
}
