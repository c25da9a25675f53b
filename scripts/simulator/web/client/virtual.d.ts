declare module 'virtual:mini-program' {
  const app: import('../../runtime/types.ts').BuiltApp;
  export default app;
}
