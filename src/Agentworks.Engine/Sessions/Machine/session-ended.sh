#!/bin/sh
# Clears what a session that has ended leaves in memory. Its log stays.
rm -rf "/run/agentworks/sessions/$1" "/run/agentworks/start/$1"
