#!/usr/bin/perl
# SOCKET WINDOW WIDTH HEIGHT PANE…: the layout aw-session-vertical. The first pane has the upper half, the others share the lower one
# equally, the last taking what is left over. Without SOCKET the layout is printed.
use strict;
use warnings;

my ($socket, $window, $width, $height, @panes) = @ARGV;
s/^%// for @panes;
exit 0 if @panes < 2;

my $top = int($height / 2);
my $lines = $height - $top - 1 - (@panes - 2);   # a border above each but the first
my $share = int($lines / (@panes - 1));
exit 0 if $share < 1 or $top < 1;

my @cells = "${width}x$top,0,0,$panes[0]";
my $y = $top + 1;
for my $i (1 .. $#panes) {
    my $tall = $i == $#panes ? $height - $y : $share;
    push @cells, "${width}x$tall,0,$y,$panes[$i]";
    $y += $tall + 1;
}
my $layout = "${width}x$height,0,0[" . join(',', @cells) . ']';

my $sum = 0;
$sum = ((($sum >> 1) + (($sum & 1) << 15)) + ord) & 0xffff for split //, $layout;
$layout = sprintf '%04x,%s', $sum, $layout;

if ($socket) {
    exec 'tmux', '-S', $socket, 'select-layout', '-t', $window, $layout;
}
print "$layout\n";
