/* -- what could be cancelled ----------------------------------------------- */

/** The maximum circulation of `arcs`, each `[payer, payee, dollars]` and one a pair, as `flows/circulation.py` defines it:
    the most dollars that can be cancelled while every party's net position stays. Gives them, and for each arc what circulates.
    Method: what cannot circulate has the net positions of the web and the least sum, so it goes from those who pay too much
    to those who receive too much by shortest paths, all that such paths carry at once; the distances prove the sum. */
const circulate = (arcs) => {
  const names = new Map();
  const party = (name) => names.get(name) ?? (names.set(name, names.size), names.size - 1);
  const [from, to, room] = [[], [], []];
  for (const [payer, payee, dollars] of arcs) {
    from.push(party(payer), party(payee));
    to.push(party(payee), party(payer));
    room.push(dollars, 0);
  }
  const count = names.size;
  const out = Array.from({ length: count }, () => []);
  from.forEach((start, arc) => out[start].push(arc));
  const left = Array(count).fill(0);
  arcs.forEach(([, , dollars], place) => {
    left[from[2 * place]] += dollars;
    left[to[2 * place]] -= dollars;
  });
  const level = Array(count).fill(0);
  const longer = (arc) => (arc % 2 ? -1 : 1) + level[from[arc]] - level[to[arc]];
  const sources = () => left.flatMap((dollars, at) => (dollars > 0 ? [at] : []));
  /** Raise the levels by the distance from those who still pay too much. */
  const measure = () => {
    const far = Array(count).fill(Infinity);
    const due = [sources()];
    due[0].forEach((at) => (far[at] = 0));
    for (let distance = 0; distance < due.length; distance += 1) {
      for (let place = 0; place < (due[distance] || []).length; place += 1) {
        const start = due[distance][place];
        if (far[start] < distance) continue;
        for (const arc of out[start]) {
          const reach = distance + longer(arc);
          if (!room[arc] || reach >= far[to[arc]]) continue;
          far[to[arc]] = reach;
          (due[reach] ??= []).push(to[arc]);
        }
      }
    }
    const most = Math.max(...far.filter((distance) => distance < Infinity));
    far.forEach((distance, at) => (level[at] += Math.min(distance, most)));
  };
  /** Count arcs on shortest paths from those who pay too much; nothing if they reach nobody who receives too much. */
  const ranked = () => {
    const rank = Array(count).fill(-1);
    const todo = sources();
    todo.forEach((at) => (rank[at] = 0));
    let found = false;
    for (const at of todo) {
      found ||= left[at] < 0;
      for (const arc of out[at]) {
        if (rank[to[arc]] >= 0 || !room[arc] || longer(arc)) continue;
        rank[to[arc]] = rank[at] + 1;
        todo.push(to[arc]);
      }
    }
    return found && rank;
  };
  /** Send all that paths of rising rank carry. */
  const send = (rank) => {
    const tried = Array(count).fill(0);
    for (const source of sources()) {
      let path = [];
      let at = source;
      while (left[source] > 0) {
        if (left[at] < 0) {
          const sent = path.reduce((least, arc) => Math.min(least, room[arc]), Math.min(left[source], -left[at]));
          for (const arc of path) {
            room[arc] -= sent;
            room[arc ^ 1] += sent;
          }
          left[source] -= sent;
          left[at] += sent;
          [path, at] = [[], source];
        } else if (tried[at] === out[at].length) {
          if (!path.length) break;
          at = from[path.pop()];
          tried[at] += 1;
        } else {
          const arc = out[at][tried[at]];
          if (room[arc] && rank[to[arc]] === rank[at] + 1 && !longer(arc)) {
            path.push(arc);
            at = to[arc];
          } else tried[at] += 1;
        }
      }
    }
  };
  while (sources().length) {
    measure();
    for (let rank = ranked(); rank; rank = ranked()) send(rank);
  }
  const flow = arcs.map((_, place) => room[2 * place]);
  const moved = flow.reduce((sum, dollars) => sum + dollars, 0);
  const proved = arcs.reduce((sum, [, , dollars], place) => sum + dollars * Math.max(0, 1 + level[from[2 * place]] - level[to[2 * place]]), 0);
  if (moved !== proved) throw new Error("the levels do not prove the circulation");
  return { amount: moved, flow };
};
