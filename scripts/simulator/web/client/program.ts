import type { Problem } from '../../compiler/problem.ts';
import type { BuiltApp } from '../../runtime/types.ts';
import { HOT_EVENTS, PROBLEMS_PATH } from '../setup.ts';
import type { Simulator } from './simulator.ts';

/** Fetches the compiled mini program and starts it. Mistakes in its sources come as `problems`. */
export async function loadProgram(simulator: Simulator): Promise<void> {
  try {
    const { default: app } = (await import('virtual:mini-program')) as { default: BuiltApp };
    simulator.run(app);
  } catch (error) {
    const problems = (await (await fetch(PROBLEMS_PATH)).json()) as Problem[];
    // The mistake is elsewhere, in the simulator for instance.
    if (problems.length === 0) throw error;
    simulator.showProblems(problems);
  }
}

export function connectHotReload(simulator: Simulator): void {
  // Vite recognises only this exact expression.
  const hot = import.meta.hot;
  hot?.on(HOT_EVENTS.update, (part: Pick<BuiltApp, 'units' | 'style'>) => void simulator.update(part));
  hot?.on(HOT_EVENTS.replace, (app: BuiltApp) => simulator.run(app));
  hot?.on(HOT_EVENTS.problems, (problems: Problem[]) => simulator.showProblems(problems));
  hot?.on(HOT_EVENTS.serverBack, () => simulator.serverIsBack());
  // Vite itself loads the page anew when the process is back.
  hot?.on('vite:ws:disconnect', () => {
    simulator.state.cutOff = true;
  });
}
