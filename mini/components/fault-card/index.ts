import { clientFault } from '../../services/faults.ts';

/**
 * A fault in place of the content that it prevented. Props: `fault`; `action`, the button's label, none without
 * one; `onAction()` when it is tapped.
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
