/** What differs between environments. One file per environment; the build puts the chosen one into the package. */
export interface MiniConfig {
  /** The server's address without a slash at the end, e.g. `https://app.example.gov.cn`. */
  serverUrl: string;
  /** The organisation's corpId, used when neither the launch query nor the container names one. */
  corpId: string;
  /** Which container's code call to use; `auto` asks the container itself. */
  container: 'auto' | 'dingtalk' | 'zhezhengding';
}
