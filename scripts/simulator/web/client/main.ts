import { createApp, h } from 'vue';
import { begin } from './begin.ts';
import { connectHotReload, loadProgram } from './program.ts';
import { Simulator } from './simulator.ts';
import { Page } from './ui/page.tsx';

/** What the end-to-end tests and the benchmark may use; people use the page. */
declare global {
  interface Window {
    simulator?: Simulator;
  }
}

begin(async (setup, people) => {
  const simulator = new Simulator(setup, people);
  window.simulator = simulator;
  createApp({ render: () => h(Page, { simulator }) }).mount('#app');
  connectHotReload(simulator);
  await loadProgram(simulator);
});
