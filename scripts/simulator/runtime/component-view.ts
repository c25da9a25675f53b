import {
  type Component,
  defineComponent,
  type InjectionKey,
  inject,
  onBeforeUnmount,
  onMounted,
  onUpdated,
  type ShallowRef,
} from 'vue';
import { type ComponentDefinition, ComponentInstance } from './component.ts';
import type { InstanceHost } from './instance.ts';
import type { Data } from './set-data.ts';
import type { Template } from './template.ts';

/** `this.$page` of components: the page that they stand on. */
export const PAGE: InjectionKey<unknown> = Symbol('page');

export interface UnitSource {
  definition: ComponentDefinition;
  /** Replaced by hot reload; the state of what is on screen stays. */
  template: ShallowRef<Template>;
}

/** The Vue component that draws one component of the mini program. It has no element of its own. */
export function componentView(id: string, source: UnitSource, host: InstanceHost): Component {
  return defineComponent({
    name: id,
    inheritAttrs: false,
    setup(_props, { attrs, slots }) {
      const attributes = (): Data => ({ ...attrs });
      const instance = new ComponentInstance(
        host,
        id,
        source.definition,
        attributes(),
        inject(PAGE, undefined),
      );
      const reference = attributes()['a:ref'];
      if (typeof reference === 'function') {
        const exposed = source.definition.ref ? source.definition.ref.call(instance.self) : instance.self;
        (reference as (self: unknown) => void)(exposed);
      }
      onMounted(() => instance.mounted());
      onUpdated(() => instance.updated());
      onBeforeUnmount(() => instance.unmounted());
      return () => {
        void instance.version.value;
        instance.receive(attributes());
        // Where both have a name, `data` wins: components copy a prop into data and change it there.
        const values = { ...instance.props, ...instance.view, $id: instance.self.$id };
        return source.template.value.render({ instance, values, slots });
      };
    },
  });
}
