#!/bin/sh
# Boot this machine's own Debian once more, with systemd as process 1, in namespaces of its own; nothing of it is changed.
#
#   unshare -m -p -u -i -n -C --fork --kill-child sh boot.sh FOLDER
#
# What is written goes to FOLDER/upper, on top of everything the machine has, which is only read; a second boot of the
# same folder finds it again, as after a restart. It has a network of its own with nothing in it but 127.0.0.1, cannot
# load modules, set the clock or make devices, and cannot write to the kernel's settings.
set -eu

place=$1
root=$place/root
mount --make-rprivate /
mkdir -p "$place/upper" "$place/work" "$root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$place/upper,workdir=$place/work" "$root"

mount -t proc proc "$root/proc"
mount --bind "$root/proc/sys" "$root/proc/sys"
mount -o remount,bind,ro "$root/proc/sys"
mount -t sysfs -o ro sysfs "$root/sys"
mount -t tmpfs -o mode=755 tmpfs "$root/sys/fs/cgroup"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for device in null zero full random urandom tty; do
    touch "$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device"
done
mkdir "$root/dev/pts" "$root/dev/shm" "$root/run/before"
mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
mount -t tmpfs tmpfs "$root/dev/shm"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
for number in 0:stdin 1:stdout 2:stderr; do ln -s "fd/${number%%:*}" "$root/dev/${number#*:}"; done

hostname pm-machine
ip link set lo up
cd "$root"
pivot_root . run/before
umount -l /run/before
exec setpriv \
    --bounding-set -sys_time,-sys_module,-sys_rawio,-mac_admin,-mac_override,-syslog,-mknod,-linux_immutable,-sys_pacct \
    env -i container=pm PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --log-target=null --show-status=0 \
    </dev/null >/dev/null 2>&1
