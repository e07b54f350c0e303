"""What Python's ipaddress says of ranges: a question a line on standard input, an answer a line.
`sheet RANGE` -> network mask wildcard broadcast first last usable size; `split RANGE into|prefix N` -> the parts, `|`, what is left."""
import ipaddress
import sys


def sheet(text):
    net = ipaddress.ip_interface(text).network
    out = [net, net.netmask, net.hostmask, net.broadcast_address]
    if net.version == 4:
        whole = net.prefixlen >= 31
        first, last = (net[0], net[-1]) if whole else (net[1], net[-2])
        out += [first, last, net.num_addresses if whole else net.num_addresses - 2]
    else:
        out += [net[0], net[-1], net.num_addresses]
    return [*out, net.num_addresses]


def split(text, how, n):
    net, n = ipaddress.ip_interface(text).network, int(n)
    prefix = n if how == "prefix" else net.prefixlen + (n - 1).bit_length()
    parts = []
    for part in net.subnets(new_prefix=prefix):
        parts.append(part)
        if how == "into" and len(parts) == n:
            break
    taken = ipaddress.collapse_addresses(parts)
    left = [net]
    for t in taken:
        left = [x for l in left for x in (l.address_exclude(t) if t.subnet_of(l) and t != l else [] if t == l else [l])]
    return [*parts, "|", *sorted(left)]


for line in sys.stdin:
    what, *words = line.split()
    print(*{"sheet": sheet, "split": split}[what](*words))
