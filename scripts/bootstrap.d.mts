export declare const root: string;
export declare function bootstrap(): void;
export declare function runNode(script: string, args?: readonly string[]): number;
export declare function isComplete(
  wanted: Readonly<Record<string, { readonly version?: string; readonly optional?: boolean }>>,
  present: Readonly<Record<string, { readonly version?: string }>>,
): boolean;
