import type { Simulator } from '../simulator.ts';
import { layout } from './layout.tsx';
import { PhoneColumn } from './phone-column.tsx';

export function Page({ simulator }: { simulator: Simulator }) {
  return layout(simulator, <PhoneColumn simulator={simulator} />);
}
Page.props = ['simulator'];
