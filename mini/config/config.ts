/** The settings of an environment. One file for each; the build puts the chosen one into the package. */
export interface MiniConfig {
  /** The server's address without a slash at the end, e.g. `https://app.example.gov.cn`. */
  serverUrl: string;
  /** The organisation's corpId, if neither the launch query nor the container has one. */
  corpId: string;
  /** The platform of the container; `auto` detects it. */
  container: 'auto' | 'dingtalk' | 'zhezhengding';
}
