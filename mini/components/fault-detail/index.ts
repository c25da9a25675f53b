import { copy } from '../../services/dd.ts';
import { clientFault, faultText } from '../../services/faults.ts';

/**
 * The data by which support finds a fault, with a button to copy it. Props: `fault`; `time`, the time of the fault,
 * optional.
 */
Component({
  props: { fault: clientFault('HTTP_ERROR'), time: '' },
  methods: {
    copy(): void {
      copy(faultText(this.props.fault, this.props.time));
    },
  },
});
