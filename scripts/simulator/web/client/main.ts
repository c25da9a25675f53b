import '@fontsource/noto-sans-sc/latin-400.css';
import '@fontsource/noto-sans-sc/latin-600.css';
import '@fontsource/noto-sans-sc/chinese-simplified-400.css';
import '@fontsource/noto-sans-sc/chinese-simplified-600.css';
import './style/base.css';
import './style/panel.css';
import './style/phone.css';
import './style/timeline.css';
import { createApp, h } from 'vue';
import type { EmulatedPerson } from '../../../emulator/people.ts';
import { SETUP_PATH, type Setup } from '../setup.ts';
import { connectHotReload, loadProgram } from './program.ts';
import { Simulator } from './simulator.ts';
import { Page } from './ui/page.tsx';

/** What the end-to-end tests and the benchmark may use; people use the page. */
declare global {
  interface Window {
    simulator?: Simulator;
  }
}

async function main(): Promise<void> {
  const setup = (await (await fetch(SETUP_PATH)).json()) as Setup;
  const people = setup.emulator === null ? [] : await loadPeople(setup.emulator);
  const simulator = new Simulator(setup, people);
  window.simulator = simulator;
  createApp({ render: () => h(Page, { simulator }) }).mount('#app');
  connectHotReload(simulator);
  await loadProgram(simulator);
}

/** The emulator may have been ended; the page then says so instead of staying empty. */
async function loadPeople(emulator: string): Promise<EmulatedPerson[]> {
  try {
    return (await (await fetch(`${emulator}/_emulator/people`)).json()) as EmulatedPerson[];
  } catch {
    return [];
  }
}

main().catch((error: unknown) => {
  document.body.textContent = `模拟器没有启动起来：${error instanceof Error ? error.message : String(error)}。请看 npm run dev 的输出，重新运行后刷新本页。`;
  throw error;
});
