"""The reviewer's work: the board of a round, the queue, decisions, differences, reminders."""
