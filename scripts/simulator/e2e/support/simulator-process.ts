/**
 * The simulator in a process of its own, on any free port, so that its work does not hold up the tests. The one
 * argument is the options as JSON; it ends when its parent leaves.
 */
import { type SimulatorOptions, startSimulator } from '../../web/server.ts';

const options = JSON.parse(process.argv[2] ?? '{}') as Omit<SimulatorOptions, 'port'>;
const simulator = await startSimulator({ ...options, port: 0 });
process.on('disconnect', () => {
  void simulator.close().then(() => process.exit(0));
});
process.send?.({ kind: 'ready', url: simulator.url });
