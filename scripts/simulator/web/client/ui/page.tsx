import type { Simulator } from '../simulator.ts';
import { FaultPanel } from './fault-panel.tsx';
import { Header } from './header.tsx';
import { PeoplePanel } from './people-panel.tsx';
import { PhoneColumn } from './phone-column.tsx';
import { TimelinePanel } from './timeline-panel.tsx';

export function Page({ simulator }: { simulator: Simulator }) {
  return (
    <div class="page-layout">
      <Header simulator={simulator} />
      <main class="columns">
        <PhoneColumn simulator={simulator} />
        <div class="controls">
          <PeoplePanel simulator={simulator} />
          <FaultPanel simulator={simulator} />
        </div>
        <TimelinePanel timeline={simulator.timeline} />
      </main>
      <p class="visually-hidden" role="status">
        {simulator.state.notice}
      </p>
    </div>
  );
}
Page.props = ['simulator'];
