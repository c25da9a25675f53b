import '@fontsource/noto-sans-sc/latin-400.css';
import '@fontsource/noto-sans-sc/latin-600.css';
import '@fontsource/noto-sans-sc/chinese-simplified-400.css';
import '@fontsource/noto-sans-sc/chinese-simplified-600.css';
import './style/base.css';
import './style/h5.css';
import './style/panel.css';
import './style/phone.css';
import './style/storage.css';
import './style/timeline.css';
import { createApp, h } from 'vue';
import type { EmulatedPerson } from '../../../emulator/people.ts';
import { type ClientEvent, H5_PAGE, HOT_EVENTS, SETUP_PATH, type Setup } from '../setup.ts';
import { ClientColumn } from './h5/client-column.tsx';
import { H5Simulator } from './h5/simulator.ts';
import { connectHotReload, loadProgram } from './program.ts';
import { Simulator } from './simulator.ts';
import { layout } from './ui/layout.tsx';
import { PhoneColumn } from './ui/phone-column.tsx';

/** For the end-to-end tests and the pictures of the listing; people use the page. */
declare global {
  interface Window {
    simulator?: Simulator;
  }
}

main().catch((error: unknown) => {
  document.body.textContent = `模拟器没有启动起来：${error instanceof Error ? error.message : String(error)}。请看 npm run dev 的输出，重新运行后刷新本页。`;
  throw error;
});

async function main(): Promise<void> {
  const setup = (await (await fetch(SETUP_PATH)).json()) as Setup;
  const people = setup.emulator === null ? [] : await loadPeople(setup.emulator);
  await (location.pathname === H5_PAGE ? showH5(setup, people) : showMini(setup, people));
}

async function showMini(setup: Setup, people: EmulatedPerson[]): Promise<void> {
  const simulator = new Simulator(setup, people);
  window.simulator = simulator;
  createApp({ render: () => layout(simulator, h(PhoneColumn, { simulator })) }).mount('#app');
  connectHotReload(simulator);
  await loadProgram(simulator);
}

async function showH5(setup: Setup, people: EmulatedPerson[]): Promise<void> {
  document.title = 'H5 模拟器';
  const simulator = new H5Simulator(setup, people);
  const isPc = (): boolean => simulator.frame.screen === 'pc';
  createApp({ render: () => layout(simulator, h(ClientColumn, { simulator }), isPc()) }).mount('#app');
  const hot = import.meta.hot;
  hot?.on(HOT_EVENTS.h5, (event: ClientEvent) => simulator.hear(event));
  hot?.on('vite:ws:disconnect', () => {
    simulator.state.cutOff = true;
  });
  await simulator.open(false);
}

/** The emulator may have been ended; the page then says so instead of staying empty. */
async function loadPeople(emulator: string): Promise<EmulatedPerson[]> {
  try {
    return (await (await fetch(`${emulator}/_emulator/people`)).json()) as EmulatedPerson[];
  } catch {
    return [];
  }
}
