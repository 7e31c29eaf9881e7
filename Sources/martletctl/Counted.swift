/// `1 block`, `2 blocks`, `2 addresses`.
func counted(_ number: Int, _ thing: String, _ things: String? = nil) -> String {
    "\(number) " + (number == 1 ? thing : things ?? thing + "s")
}
