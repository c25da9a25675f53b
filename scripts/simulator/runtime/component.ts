import { Instance, type InstanceHost } from './instance.ts';
import type { Data } from './set-data.ts';

/** The argument of `Component({…})`: base library 1.x with the two additions of component2. */
export interface ComponentDefinition {
  props?: Data;
  data?: unknown;
  methods?: Record<string, unknown>;
  mixins?: ComponentDefinition[];
  /** component2: before the first render. */
  onInit?(this: unknown): void;
  /** component2: before the first render and before each update, with the new props. */
  deriveDataFromProps?(this: unknown, nextProps: Data): void;
  didMount?(this: unknown): void;
  didUpdate?(this: unknown, prevProps: Data, prevData: Data): void;
  didUnmount?(this: unknown): void;
  ref?(this: unknown): unknown;
}

const LIFE_CYCLE = ['onInit', 'deriveDataFromProps', 'didMount', 'didUpdate', 'didUnmount'] as const;
type LifeCycle = (typeof LIFE_CYCLE)[number];

interface Flat {
  props: Data;
  data: Data;
  methods: Record<string, unknown>;
  lifeCycle: Record<LifeCycle, ((this: unknown, ...args: never[]) => unknown)[]>;
}

/** Mixins first, the component itself last: its own fields win, and every life-cycle function runs. */
function flatten(definition: ComponentDefinition): Flat {
  const flat: Flat = {
    props: {},
    data: {},
    methods: {},
    lifeCycle: { onInit: [], deriveDataFromProps: [], didMount: [], didUpdate: [], didUnmount: [] },
  };
  for (const source of [...(definition.mixins ?? []).map(flatten), undefined]) {
    const own = source ?? {
      props: definition.props ?? {},
      data: (typeof definition.data === 'function' ? definition.data() : (definition.data ?? {})) as Data,
      methods: definition.methods ?? {},
    };
    Object.assign(flat.props, own.props);
    Object.assign(flat.data, own.data);
    Object.assign(flat.methods, own.methods);
    for (const name of LIFE_CYCLE) {
      const hook = definition[name];
      if (source) flat.lifeCycle[name].push(...source.lifeCycle[name]);
      else if (hook) flat.lifeCycle[name].push(hook);
    }
  }
  return flat;
}

/** `$id` of the component that was made last. */
let lastId = 0;

/** One component on a page. */
export class ComponentInstance extends Instance {
  private readonly flat: Flat;
  private rendered: { props: Data; data: Data };

  constructor(
    host: InstanceHost,
    id: string,
    definition: ComponentDefinition,
    attributes: Data,
    page: unknown,
  ) {
    const flat = flatten(definition);
    super(host, id, flat.data, flat.methods);
    this.flat = flat;
    this.self.props = this.withDefaults(attributes);
    this.self.$page = page;
    this.self.is = id;
    this.self.$id = lastId += 1;
    this.rendered = { props: this.props, data: this.data };
    this.run('onInit');
    this.run('deriveDataFromProps', this.props);
    this.rendered = { props: this.props, data: this.data };
  }

  get props(): Data {
    return this.self.props as Data;
  }

  /**
   * Takes the attributes of the coming render. The props object stays the same while no prop changed, so that
   * `didUpdate` runs only for a change.
   */
  receive(attributes: Data): void {
    const next = this.withDefaults(attributes);
    const changed = !shallowEqual(this.props, next);
    if (!changed && this.data === this.rendered.data) return;
    this.run('deriveDataFromProps', next);
    if (changed) this.self.props = next;
  }

  mounted(): void {
    this.rendered = { props: this.props, data: this.data };
    this.run('didMount');
  }

  updated(): void {
    const { props, data } = this.rendered;
    if (props === this.props && data === this.data) return;
    this.rendered = { props: this.props, data: this.data };
    this.run('didUpdate', props, data);
  }

  unmounted(): void {
    this.run('didUnmount');
    this.alive = false;
  }

  private withDefaults(attributes: Data): Data {
    const props: Data = { ...this.flat.props };
    for (const [name, value] of Object.entries(attributes)) {
      if (value !== undefined || !(name in props)) props[name] = value;
    }
    return props;
  }

  private run(name: LifeCycle, ...args: unknown[]): void {
    for (const hook of this.flat.lifeCycle[name]) {
      this.guard(() => (hook as (...values: unknown[]) => unknown).apply(this.self, args), name);
    }
  }
}

function shallowEqual(a: Data, b: Data): boolean {
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && Object.is(a[key], b[key]))
  );
}
