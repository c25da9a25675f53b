import { clientFault } from '../../services/faults.ts';

/**
 * A fault, shown instead of the content. Props: `fault`; `action`, the button's label, without it there is no button;
 * `onAction()` on a tap.
 */
Component({
  props: {
    fault: clientFault('HTTP_ERROR'),
    action: '重试',
    onAction(): void {},
  },
  methods: {
    act(): void {
      this.props.onAction();
    },
  },
});
