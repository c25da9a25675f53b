import '../style/h5.css';
import { createApp, h } from 'vue';
import type { ClientEvent } from '../../../h5/clients.ts';
import { H5_EVENT } from '../../setup.ts';
import { begin } from '../begin.ts';
import { H5Page } from './page.tsx';
import { H5Simulator } from './simulator.ts';

begin(async (setup, people) => {
  const simulator = new H5Simulator(setup, people);
  const hot = import.meta.hot;
  hot?.on(H5_EVENT, (event: ClientEvent) => simulator.hear(event));
  hot?.on('vite:ws:disconnect', () => {
    simulator.state.cutOff = true;
  });
  createApp({ render: () => h(H5Page, { simulator }) }).mount('#app');
  await simulator.open(false);
});
