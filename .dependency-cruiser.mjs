/**
 * The doors between the rooms of this project; `npm run lint` holds them.
 *
 * The app is mini/, server/ and prisma/; the toolbox is scripts/. A test, and what is there for tests alone, may
 * reach further than the code that it tests.
 */
const tests = '\\.(test|e2e)\\.ts$|(^|/)(testing|e2e)/|^scripts/bench/';

/** What the server offers to the toolbox on purpose. */
const offered = [
  '^server/contract/',
  '^server/config/',
  '^server/app\\.ts$',
  '^server/platform/platform\\.ts$',
  // `npm run dev` starts what production starts, on its own database and people, and runs the operator's commands.
  '^server/(plugins/logging|jobs/stopping)\\.ts$',
  '^server/database/(database|deployment|migrations|unavailable)\\.ts$',
  // `npm run cli db:diff` plays the migrations into a database in memory.
  '^server/database/embedded\\.ts$',
  '^server/commands/(main|command|terminal|on-database)\\.ts$',
  '^prisma/seed\\.ts$',
  // The gateway answers in the words of the server.
  '^server/plugins/errors\\.ts$',
  // `npm run check` asks how people are matched, and looks at certificates as the server does.
  '^server/auth/matching\\.ts$',
  '^server/certificate/',
  // `npm run listing` takes pictures in the browser that the tests find.
  '^server/testing/browser\\.ts$',
];

export default {
  forbidden: [
    {
      name: 'no-circle',
      comment: 'Two files that import each other can be neither read nor moved one by one.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'app-without-toolbox',
      comment: 'An update replaces the toolbox whole: the app must live without it.',
      severity: 'error',
      from: { path: '^(mini|server|prisma)/', pathNot: tests },
      to: { path: '^scripts/' },
    },
    {
      name: 'tests-use-the-emulator',
      comment:
        "The app's tests use the public files of the emulator, the simulator and the mini program's build, and the clients' bridges.",
      severity: 'error',
      from: { path: '^(mini|server|prisma)/' },
      to: {
        path: '^scripts/',
        pathNot: '^scripts/((emulator|simulator|build)/index|simulator/h5/bridges)\\.ts$',
      },
    },
    {
      name: 'toolbox-by-the-doors',
      comment: 'The toolbox takes from the app what the server offers on purpose: see `offered` above.',
      severity: 'error',
      from: { path: '^scripts/', pathNot: tests },
      to: { path: '^(server|prisma)/', pathNot: offered },
    },
    {
      name: 'toolbox-tests-by-the-doors',
      comment: "The toolbox's tests may use the server's test support besides.",
      severity: 'error',
      from: { path: `^scripts/.*(${tests})` },
      to: { path: '^server/', pathNot: [...offered, '^server/(testing|commands)/'] },
    },
    {
      name: 'clients-by-the-contract',
      comment: 'The mini program and the console take from the server its contract alone.',
      severity: 'error',
      from: { path: '^(mini|server/console/app)/', pathNot: tests },
      to: { path: '^(server|prisma|scripts)/', pathNot: '^server/(contract|console/app)/' },
    },
    {
      name: 'contract-by-itself',
      comment: 'Whoever imports the contract must not get the server with it.',
      severity: 'error',
      from: { path: '^server/contract/' },
      to: { path: '^(server|mini|prisma|scripts)/', pathNot: '^server/contract/' },
    },
    {
      name: 'config-by-itself',
      comment: 'Settings are read before anything else is there.',
      severity: 'error',
      from: { path: '^server/config/', pathNot: tests },
      to: { path: '^(server|mini|prisma|scripts)/', pathNot: '^server/config/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(node_modules|generated|dist|fixtures)/' },
    // Types are doors too.
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { extensions: ['.ts', '.tsx', '.vue', '.mjs', '.js'] },
  },
};
