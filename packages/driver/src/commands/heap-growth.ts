/** Growth of the heap over what is alive, in percent, at which V8 collects garbage. */
const HEAP_GROWTH_PERCENT = 100;

/** Lets V8 collect garbage earlier. By default it waits until the heap is several times as large as what is alive: a burst of
 *  calls would leave a process with tens of megabytes that it never needs again. The flag is read at each collection.
 *  NODE_OPTIONS cannot contain it. */
export async function limitHeapGrowth(): Promise<void> {
  const { setFlagsFromString } = await import('node:v8');
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWTH_PERCENT}`);
}
