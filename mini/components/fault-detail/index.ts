import { copy } from '../../services/dd.ts';
import { clientFault, faultText } from '../../services/faults.ts';

/** What support needs to find a fault, and a way to send it. Props: `fault`; `time`, when it was, none without one. */
Component({
  props: { fault: clientFault('HTTP_ERROR'), time: '' },
  methods: {
    copy(): void {
      copy(faultText(this.props.fault, this.props.time));
    },
  },
});
