import '@fontsource/noto-sans-sc/latin-400.css';
import '@fontsource/noto-sans-sc/latin-600.css';
import '@fontsource/noto-sans-sc/chinese-simplified-400.css';
import '@fontsource/noto-sans-sc/chinese-simplified-600.css';
import './style/base.css';
import './style/panel.css';
import './style/phone.css';
import './style/storage.css';
import './style/timeline.css';
import type { EmulatedPerson } from '../../../emulator/people.ts';
import { SETUP_PATH, type Setup } from '../setup.ts';

/** Begins a page of the simulator; what fails is said on it. */
export function begin(main: (setup: Setup, people: EmulatedPerson[]) => Promise<void> | void): void {
  loadSetup()
    .then(({ setup, people }) => main(setup, people))
    .catch((error: unknown) => {
      document.body.textContent = `模拟器没有启动起来：${error instanceof Error ? error.message : String(error)}。请看 npm run dev 的输出，重新运行后刷新本页。`;
      throw error;
    });
}

async function loadSetup(): Promise<{ setup: Setup; people: EmulatedPerson[] }> {
  const setup = (await (await fetch(SETUP_PATH)).json()) as Setup;
  return { setup, people: setup.emulator === null ? [] : await loadPeople(setup.emulator) };
}

/** The emulator may have been ended; the page then says so instead of staying empty. */
async function loadPeople(emulator: string): Promise<EmulatedPerson[]> {
  try {
    return (await (await fetch(`${emulator}/_emulator/people`)).json()) as EmulatedPerson[];
  } catch {
    return [];
  }
}
