import type { VNode } from 'vue';
import type { Simulator } from '../simulator.ts';
import { FaultPanel } from './fault-panel.tsx';
import { Header } from './header.tsx';
import { PeoplePanel } from './people-panel.tsx';
import { StoragePanel } from './storage-panel.tsx';
import { TimelinePanel } from './timeline-panel.tsx';

/** What a page of the simulator has around the phone or the client. @param wide the client is a PC's */
export function layout(simulator: Simulator, device: VNode, wide = false) {
  const { isMini, state } = simulator;
  return (
    <div class={['page-layout', { 'page-layout--pc': wide }]}>
      <Header simulator={simulator} />
      {state.cutOff && (
        <p class="cut-off" role="alert">
          {`npm run dev 已经停止，${isMini ? '手机' : '页面'}连不上服务端。请在终端里重新运行 npm run dev，本页会自动刷新。`}
        </p>
      )}
      <main class="columns">
        {device}
        <div class="controls">
          <PeoplePanel simulator={simulator} />
          <FaultPanel simulator={simulator} />
          {isMini && <StoragePanel simulator={simulator} />}
        </div>
        <TimelinePanel timeline={simulator.timeline} />
      </main>
      <p class="visually-hidden" role="status">
        {state.notice}
      </p>
    </div>
  );
}
