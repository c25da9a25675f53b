/** The two names of WebAssembly in use; Node has them, but neither its types nor `lib` ES2023 declares them. */
declare namespace WebAssembly {
  function instantiate(
    bytes: Uint8Array,
    imports: Record<string, unknown>,
  ): Promise<{ instance: { exports: Record<string, unknown> } }>;
}
