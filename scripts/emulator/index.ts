/** What the app's tests, and the toolbox's other rooms, may use of the emulator. */
export { emulatedApps } from './credentials.ts';
export {
  type Emulator,
  type EmulatorOptions,
  type FaultKind,
  type FaultOptions,
  startEmulator,
} from './emulator.ts';
export { emulatorEnvironment } from './environment.ts';
export { type EmulatedPerson, people } from './people.ts';
